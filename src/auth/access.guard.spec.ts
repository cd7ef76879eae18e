import { Controller, type ExecutionContext, Get, Global, Module, Post } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SignJWT } from 'jose';
import type { Actor } from '../common/actor';
import { ProblemFilter } from '../common/problem';
import { NIL_UUID } from '../common/uuid';
import { AuthConfig, type Config, ConfigModule } from '../config';
import { type Origin, RateLimited, RateLimitModule, RateLimits, type StandingHeaders } from '../rate-limit';
import { Public, ServiceOnly } from './access.decorators';
import { AccessGuard } from './access.guard';
import { AuthModule } from './auth.module';
import { Authenticator } from './authenticator';
import type { ServiceCaller } from './caller';
import { CurrentActor, CurrentService } from './caller.decorators';
import { ServiceTokens } from './service-tokens';
import { UserRegistry } from './user-registry';

const SECRET = 'the-secret-that-signs-tokens-today';
const SERVICE_TOKEN = 'the-token-of-another-service';
const ALICE = '0190a0b1-0000-7000-8000-00000000a11c';
const TENANT = '0190a0b1-0000-7000-8000-0000000000ff';

@Controller('v1')
class RoutesThatSayNothing {
  @Get('me')
  me(@CurrentActor() actor: Actor): Actor {
    return actor;
  }

  @Public()
  @Get('open')
  open(): string {
    return 'open';
  }

  @Public()
  @Get('confused')
  confused(@CurrentActor() actor: Actor): Actor {
    return actor;
  }
}

@ServiceOnly()
@Controller('v1/internal')
class RoutesForServices {
  @Post('events')
  tenant(@CurrentService() service: ServiceCaller): string {
    return service.tenantId;
  }

  @Public()
  @Get('open')
  open(): string {
    return 'open';
  }
}

@Global()
@Module({
  providers: [{ provide: UserRegistry, useValue: { recognise: () => Promise.resolve() } }],
  exports: [UserRegistry],
})
class EverybodyIsKnown {}

/** Counts by caller, as the real one does, and knows no window. */
class CountingLimits implements Pick<RateLimits, 'request' | 'stranger'> {
  readonly charged: string[] = [];
  limit = Infinity;

  request({ tenantId, userId }: Actor): Promise<StandingHeaders> {
    return this.charge(`${tenantId} ${userId}`);
  }

  stranger({ socket }: Origin): Promise<StandingHeaders> {
    return this.charge(String(socket.remoteAddress));
  }

  private charge(caller: string): Promise<StandingHeaders> {
    const remaining = this.limit - this.charged.push(caller);
    return remaining < 0
      ? Promise.reject(new RateLimited({ what: 'requests', limit: this.limit, seconds: 60 }, 7))
      : Promise.resolve({ 'ratelimit-remaining': String(remaining) });
  }
}

@Module({ providers: [{ provide: RateLimits, useClass: CountingLimits }], exports: [RateLimits] })
class NoRedis {}

const config: Partial<Config> = {
  auth: Object.assign(new AuthConfig(), {
    jwtSecrets: [SECRET],
    jwksUrl: null,
    publicKey: null,
    issuer: null,
    audience: null,
    serviceTokens: [SERVICE_TOKEN],
  }),
};

let app: NestFastifyApplication;
let limits: CountingLimits;
let userToken: string;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [ConfigModule.with(config as Config), EverybodyIsKnown, AuthModule],
    controllers: [RoutesThatSayNothing, RoutesForServices],
  })
    .overrideModule(RateLimitModule)
    .useModule(NoRedis)
    .compile();
  limits = module.get(RateLimits);
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  app.useGlobalFilters(new ProblemFilter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  userToken = await new SignJWT({ tenant: TENANT })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(ALICE)
    .setExpirationTime('1 min')
    .sign(new TextEncoder().encode(SECRET));
});
beforeEach(() => {
  limits.charged.length = 0;
  limits.limit = Infinity;
});
afterAll(() => app.close());

describe('a route that says nothing', () => {
  it('is for users, and knows which', async () => {
    const answer = await call('GET', '/v1/me', { authorization: `Bearer ${userToken}` });
    expect(answer.json()).toEqual({ userId: ALICE, tenantId: TENANT });
  });

  it.each([
    ['nothing', {}],
    ['a service token', { authorization: `Bearer ${SERVICE_TOKEN}` }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a broken token', { authorization: 'Bearer a.b.c' }],
  ])('lets nobody in with %s', async (_what, headers) => {
    const answer = await call('GET', '/v1/me', headers);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'unauthenticated']);
  });

  it.each(['/v1/me?token=', '/v1/me?access_token='])('takes no token from the query: %s', async (path) => {
    expect((await call('GET', path + userToken)).statusCode).toBe(401);
  });

  it.each([
    ['HEAD', '/v1/me'],
    ['GET', '/v1/me/'],
    ['GET', '//v1/me'],
    ['GET', '/v1//me'],
    ['GET', '/v1/%6de'],
    ['GET', '/v1/me;open'],
    ['GET', '/v1/ME'],
    ['GET', '/v1/open/../me'],
  ] as const)('is never reached around the guard: %s %s', async (method, path) => {
    expect([401, 404]).toContain((await call(method, path)).statusCode);
  });
});

describe('a public route', () => {
  it.each([
    ['nothing', {}],
    ['a token that would be refused elsewhere', { authorization: 'Bearer a.b.c' }],
  ])('is open with %s', async (_what, headers) => {
    expect((await call('GET', '/v1/open', headers)).statusCode).toBe(200);
  });

  it('may stand among others that are not', async () => {
    expect((await call('GET', '/v1/internal/open')).statusCode).toBe(200);
  });

  it('that asks for the actor is a mistake of ours, not a nobody', async () => {
    expect((await call('GET', '/v1/confused', { authorization: `Bearer ${userToken}` })).statusCode).toBe(
      500,
    );
  });
});

describe('a route for services', () => {
  it.each([
    ['the nil tenant', undefined, NIL_UUID],
    ['the tenant it names', TENANT.toUpperCase(), TENANT],
  ])('works for %s', async (_which, header, tenantId) => {
    const answer = await call('POST', '/v1/internal/events', asService(header));
    expect([answer.statusCode, answer.body]).toEqual([201, tenantId]);
  });

  it.each(['acme', '', `${TENANT}, ${TENANT}`])('refuses the tenant %p', async (tenant) => {
    const answer = await call('POST', '/v1/internal/events', asService(tenant));
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'validation_failed',
      errors: [{ path: 'X-Tenant-Id' }],
    });
  });

  it.each(['user token', 'nothing', 'wrong service token'])('lets nobody in with: %s', async (what) => {
    const tokens: Record<string, string> = {
      'user token': userToken,
      'wrong service token': `${SERVICE_TOKEN}x`,
    };
    const token = tokens[what];
    const answer = await call(
      'POST',
      '/v1/internal/events',
      token ? { authorization: `Bearer ${token}` } : {},
    );
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'unauthenticated']);
  });

  it('says nothing about the tenant to whom it does not let in', async () => {
    expect((await call('POST', '/v1/internal/events', { 'x-tenant-id': 'acme' })).statusCode).toBe(401);
  });
});

describe('how often one may ask', () => {
  const STRANGER = '127.0.0.1';
  const asUser = () => ({ authorization: `Bearer ${userToken}` });

  it.each([
    ['a user', 'GET', '/v1/me', () => asUser(), [`${TENANT} ${ALICE}`]],
    ['a user on a route for services', 'POST', '/v1/internal/events', () => asUser(), [STRANGER]],
    ['a bad token', 'GET', '/v1/me', () => ({ authorization: 'Bearer a.b.c' }), [STRANGER]],
    ['no token', 'GET', '/v1/me', () => ({}), [STRANGER]],
    ['another service', 'POST', '/v1/internal/events', () => asService(), []],
    ['another service, for no tenant', 'POST', '/v1/internal/events', () => asService('acme'), []],
    ['anybody on a public route', 'GET', '/v1/open', () => asUser(), []],
    ['nothing there is', 'GET', '/v1/nowhere', () => asUser(), []],
  ] as const)('is counted once, for who it is: %s', async (_who, method, path, headers, charged) => {
    await call(method, path, headers());
    expect(limits.charged).toEqual(charged);
  });

  it.each([
    ['a user', () => asUser(), 200],
    ['somebody unknown', () => ({}), 401],
  ])('is said in the answer, until it is too often: %s', async (_who, headers, status) => {
    limits.limit = 1;
    const first = await call('GET', '/v1/me', headers());
    expect([first.statusCode, first.headers['ratelimit-remaining']]).toEqual([status, '0']);
    const second = await call('GET', '/v1/me', headers());
    expect([second.statusCode, second.json<{ code: string }>().code]).toEqual([429, 'rate_limited']);
    expect(second.headers).toMatchObject({ 'retry-after': '7', 'ratelimit-limit': '1' });
  });

  it('does not matter to a good token from where bad ones come', async () => {
    limits.limit = 0;
    jest.spyOn(limits, 'request').mockResolvedValueOnce({});
    expect((await call('GET', '/v1/me', { authorization: 'Bearer a.b.c' })).statusCode).toBe(429);
    expect((await call('GET', '/v1/me', asUser())).statusCode).toBe(200);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['ws', true],
    ['rpc', false],
  ])('%s', async (type, admitted) => {
    const guard = new AccessGuard(
      app.get(Reflector),
      app.get(Authenticator),
      app.get(ServiceTokens),
      app.get(RateLimits),
    );
    const context: Pick<ExecutionContext, 'getType'> = { getType: <T extends string>() => type as T };
    await expect(guard.canActivate(context as ExecutionContext)).resolves.toBe(admitted);
  });
});

function call(method: 'GET' | 'HEAD' | 'POST', url: string, headers: Record<string, string> = {}) {
  return app.inject({ method, url, headers });
}

function asService(tenant?: string): Record<string, string> {
  return {
    authorization: `Bearer ${SERVICE_TOKEN}`,
    ...(tenant === undefined ? {} : { 'x-tenant-id': tenant }),
  };
}
