import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ValidationFailed } from './problem';
import { isUuid } from './uuid';

/**
 * The key by which a client tells a repetition from a new request, in lower case; undefined where it sent none.
 *
 * @throws ValidationFailed
 */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (key !== undefined && !isUuid(key)) throw ValidationFailed.of('Idempotency-Key', 'must be a UUID');
  return key?.toLowerCase();
});

export function ApiIdempotencyKey(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A UUID of your making: the same request again under the same key changes nothing',
      schema: { type: 'string', format: 'uuid' },
    }),
  );
}
