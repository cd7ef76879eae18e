import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { ValidationFailed } from '../common/problem';

/**
 * A query is checked by its DTO; an operation of the API that takes none has no DTO to find a stray parameter by.
 * Here it is found, since what is unknown is an error, never dropped in silence.
 */
@Injectable()
export class KnownQueryInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') refuseStrayQuery(context);
    return next.handle();
  }
}

function refuseStrayQuery(context: ExecutionContext): void {
  const { query, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
  const names = Object.keys(query as object);
  if (names.length === 0 || routeOptions.url?.startsWith('/v1/') !== true || takesQuery(context)) return;
  throw new ValidationFailed(names.map((path) => ({ path, message: 'unknown field' })));
}

/** Nest files a handler's parameters under `<kind>:<position>`. */
function takesQuery(context: ExecutionContext): boolean {
  const handler = context.getHandler().name;
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler) ?? {}) as object;
  return Object.keys(parameters).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}
