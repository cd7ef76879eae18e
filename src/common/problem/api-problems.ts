import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiResponse, getSchemaPath, ApiExtraModels } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from './problem-catalogue';

class FieldErrorDto {
  @ApiProperty({ description: 'Dotted path of the field; empty for the whole body' })
  path: string;

  @ApiProperty()
  message: string;
}

/** RFC 9457 problem details, as OpenAPI shows them. */
export class ProblemDto {
  @ApiProperty({ example: 'urn:chat-backend:problem:validation_failed' })
  type: string;

  @ApiProperty()
  title: string;

  @ApiProperty({ type: 'integer' })
  status: number;

  @ApiProperty()
  detail: string;

  @ApiProperty({ description: 'This occurrence' })
  instance: string;

  @ApiProperty({ enum: Object.keys(PROBLEMS), description: 'Stable and machine-readable' })
  code: ProblemCode;

  @ApiProperty()
  traceId: string;

  @ApiProperty({ type: () => [FieldErrorDto], required: false })
  errors?: FieldErrorDto[];
}

/** Documents the problems an operation may answer with, by status. */
export function ApiProblems(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: codesOf(status).join(', '),
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
      }),
    ),
  );
}

function codesOf(status: number): string[] {
  return Object.entries(PROBLEMS)
    .filter(([, spec]) => spec.status === status)
    .map(([code]) => code);
}
