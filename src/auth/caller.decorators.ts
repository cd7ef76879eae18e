import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../common/actor';
import { type Caller, callerOf, type ServiceCaller } from './caller';

/** The `Actor` behind the token. Only where users are let in: a route's access and its parameters must agree. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const caller = currentCaller(context);
  if (caller?.kind !== 'user') throw new Error('@CurrentActor() on a route that is not for users');
  return caller.token.actor;
});

/** The `ServiceCaller` on whose tenant's behalf a `@ServiceOnly()` route works. */
export const CurrentService = createParamDecorator(
  (_data: unknown, context: ExecutionContext): ServiceCaller => {
    const caller = currentCaller(context);
    if (caller?.kind !== 'service') throw new Error('@CurrentService() on a route that is not for services');
    return caller;
  },
);

function currentCaller(context: ExecutionContext): Caller | undefined {
  return callerOf(context.switchToHttp().getRequest<FastifyRequest>());
}
