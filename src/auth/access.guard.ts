import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ValidationFailed } from '../common/problem';
import { isUuid, NIL_UUID } from '../common/uuid';
import { RateLimits, type StandingHeaders } from '../rate-limit';
import { type Access, ACCESS } from './access.decorators';
import { isUnknownCaller, ServiceTokenRefused } from './auth.errors';
import { Authenticator } from './authenticator';
import { bearerToken } from './bearer';
import { admit, type Caller } from './caller';
import { ServiceTokens } from './service-tokens';

/**
 * Stands before every REST route; one that says nothing is for users. It is a guard and not a middleware,
 * because Nest finds the handler first: no spelling of a path leads to a handler and past its guard.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly serviceTokens: ServiceTokens,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // A socket has shown its token in the handshake. There is no third door.
    if (context.getType() !== 'http') return context.getType() === 'ws';
    const access = this.accessTo(context);
    if (access === 'public') return true;
    const http = context.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    const caller = await this.callerBehind(access, request, reply);
    // Before they are counted: the record of a request that was one too many says whose it was.
    admit(request, caller);
    void reply.headers(await this.charge(caller));
    return true;
  }

  private accessTo(context: ExecutionContext): Access {
    return (
      this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
        context.getHandler(),
        context.getClass(),
      ]) ?? 'user'
    );
  }

  private async callerBehind(
    access: 'user' | 'service',
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Caller> {
    try {
      return access === 'service' ? this.serviceBehind(request) : await this.userBehind(request);
    } catch (refusal) {
      // Judged first and counted then: others, whose tokens are good, may share the address.
      if (isUnknownCaller(refusal)) void reply.headers(await this.limits.stranger(request));
      throw refusal;
    }
  }

  /** Other services are of the house: they work for all users at once, and are trusted to know how much that is. */
  private async charge(caller: Caller): Promise<StandingHeaders> {
    return caller.kind === 'user' ? this.limits.request(caller.token.actor) : {};
  }

  private async userBehind(request: FastifyRequest): Promise<Caller> {
    return { kind: 'user', token: await this.authenticator.fromHeader(request.headers.authorization) };
  }

  private serviceBehind(request: FastifyRequest): Caller {
    if (!this.serviceTokens.include(bearerToken(request.headers.authorization))) {
      throw new ServiceTokenRefused();
    }
    const tenantId = request.headers['x-tenant-id'] ?? NIL_UUID;
    if (!isUuid(tenantId)) throw ValidationFailed.of('X-Tenant-Id', 'must be a UUID');
    return { kind: 'service', tenantId: tenantId.toLowerCase() };
  }
}
