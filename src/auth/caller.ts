import type { FastifyRequest } from 'fastify';
import type { VerifiedToken } from './token-verifier';

/** A person, by their token. */
export interface UserCaller {
  readonly kind: 'user';
  readonly token: VerifiedToken;
}

/** Another service of the house, and the tenant it calls for. */
export interface ServiceCaller {
  readonly kind: 'service';
  readonly tenantId: string;
}

export type Caller = UserCaller | ServiceCaller;

const CALLER = Symbol('caller');

declare module 'fastify' {
  interface FastifyRequest {
    [CALLER]?: Caller;
  }
}

/** For the guard alone: whoever may call this decides who is calling. */
export function admit(request: FastifyRequest, caller: Caller): void {
  request[CALLER] = caller;
}

/** Who sent `request`; undefined on public routes, and before the guard has run. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return request[CALLER];
}
