import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { isUuid } from '../uuid';

/** UUIDs in a query string, separated by commas, taken over in lower case; each once, and at most `max` of them. */
export function IsUuidQueryList(max: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? [...new Set(value.toLowerCase().split(','))] : null,
    ),
    ValidateBy({
      name: 'isUuidQueryList',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && value.length <= max && value.every(isUuid),
        defaultMessage: () => `$property must be at most ${max} UUIDs, separated by commas`,
      },
    }),
  );
}
