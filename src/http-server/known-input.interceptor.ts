import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { ValidationFailed } from '../common/problem';
import { isPlainObject } from '../common/validation';

/**
 * Queries and bodies are checked by their DTOs; an operation of the API that takes none has no DTO to find a stray
 * field by. Here it is found, since what is unknown is an error, never dropped in silence.
 */
@Injectable()
export class KnownInputInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') refuseStrayInput(context);
    return next.handle();
  }
}

function refuseStrayInput(context: ExecutionContext): void {
  const { query, body, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
  if (routeOptions.url?.startsWith('/v1/') !== true) return;
  if (!takes(RouteParamtypes.QUERY, context)) refuseFieldsOf(query as object);
  if (takes(RouteParamtypes.BODY, context) || body === undefined || body === null) return;
  if (!isPlainObject(body)) throw ValidationFailed.of('', 'there is nothing to say here');
  refuseFieldsOf(body);
}

function refuseFieldsOf(input: object): void {
  const names = Object.keys(input);
  if (names.length > 0) throw new ValidationFailed(names.map((path) => ({ path, message: 'unknown field' })));
}

/** Nest files a handler's parameters under `<kind>:<position>`. */
function takes(kind: RouteParamtypes, context: ExecutionContext): boolean {
  const handler = context.getHandler().name;
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler) ?? {}) as object;
  return Object.keys(parameters).some((key) => key.startsWith(`${kind}:`));
}
