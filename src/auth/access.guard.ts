import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ValidationFailed } from '../common/problem';
import { isUuid, NIL_UUID } from '../common/uuid';
import { type Access, ACCESS } from './access.decorators';
import { Unauthenticated } from './auth.errors';
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
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // A socket has shown its token in the handshake. There is no third door.
    if (context.getType() !== 'http') return context.getType() === 'ws';
    const access = this.accessTo(context);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    admit(request, access === 'service' ? this.serviceBehind(request) : await this.userBehind(request));
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

  private async userBehind(request: FastifyRequest): Promise<Caller> {
    return { kind: 'user', token: await this.authenticator.fromHeader(request.headers.authorization) };
  }

  private serviceBehind(request: FastifyRequest): Caller {
    if (!this.serviceTokens.include(bearerToken(request.headers.authorization))) {
      throw new Unauthenticated('This call takes a service token.');
    }
    const tenantId = request.headers['x-tenant-id'] ?? NIL_UUID;
    if (!isUuid(tenantId)) throw ValidationFailed.of('X-Tenant-Id', 'must be a UUID');
    return { kind: 'service', tenantId: tenantId.toLowerCase() };
  }
}
