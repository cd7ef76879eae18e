import {
  BadRequestException,
  Controller,
  Get,
  HttpException,
  Logger,
  NotFoundException,
  Post,
} from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DependencyUnavailable, DomainError, TooBusy, ValidationFailed } from './domain-error';
import { ProblemFilter } from './problem.filter';

const INSIDE = 'hunter2';

/** Throws whatever the test wants thrown. */
@Controller()
class Thrower {
  thrown: unknown;

  @Get('throw')
  throws(): never {
    throw this.thrown;
  }

  @Post('take')
  takes(): void {}
}

describe('an error over REST', () => {
  let app: NestFastifyApplication;
  let logged: jest.SpyInstance;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Thrower] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter({ bodyLimit: 100 }));
    app.useGlobalFilters(new ProblemFilter());
    await app.init();
  });
  beforeEach(() => {
    logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  });
  afterEach(() => {
    logged.mockRestore();
  });
  afterAll(() => app.close());

  const answerTo = (thrown: unknown) => {
    app.get(Thrower).thrown = thrown;
    return app.inject({ method: 'GET', url: '/throw' });
  };

  it.each([
    ['a domain error', new DomainError('blocked', 'Blocked.'), 403, 'blocked'],
    ['a shape that is wrong', ValidationFailed.of('a', 'b'), 400, 'validation_failed'],
    ['an outage', new DependencyUnavailable('postgres', new Error(INSIDE)), 503, 'unavailable'],
    ['what Nest does not find', new NotFoundException(INSIDE), 404, 'not_found'],
    ['what Nest can not read', new BadRequestException({ secret: INSIDE }), 400, 'validation_failed'],
    ['what Nest finds too large', new HttpException(INSIDE, 413), 413, 'payload_too_large'],
    ['what Nest finds of another type', new HttpException(INSIDE, 415), 415, 'unsupported_media_type'],
    ['a fault of Nest', new HttpException(INSIDE, 500), 500, 'internal_error'],
    ['a fault of ours', new TypeError(INSIDE), 500, 'internal_error'],
    [
      'a driver error',
      Object.assign(new Error(INSIDE), { code: '42P01', severity: 'ERROR' }),
      500,
      'internal_error',
    ],
    ['a text', INSIDE, 500, 'internal_error'],
    ['nothing', undefined, 500, 'internal_error'],
    ['null', null, 500, 'internal_error'],
  ])('is a problem of the catalogue: %s', async (_what, thrown, status, code) => {
    const answer = await answerTo(thrown);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.body).not.toContain(INSIDE);
  });

  it('says when to try again where that may help', async () => {
    expect((await answerTo(new DependencyUnavailable('postgres'))).headers['retry-after']).toBe('1');
    expect((await answerTo(new DomainError('blocked', 'Blocked.'))).headers).not.toHaveProperty(
      'retry-after',
    );
  });

  it('says besides what the refusal has to say', async () => {
    const refusal = new DomainError('rate_limited', 'Too often.', {
      headers: { 'ratelimit-remaining': '0' },
    });
    expect((await answerTo(refusal)).headers).toMatchObject({ 'ratelimit-remaining': '0' });
  });

  it('says how to authenticate where nobody did', async () => {
    const answer = await answerTo(new DomainError('unauthenticated', 'Send a token.'));
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('is logged with its cause when it is ours, and not when it is the client’s or one of a crowd', async () => {
    await answerTo(new DomainError('blocked', 'Blocked.'));
    expect(logged).not.toHaveBeenCalled();
    await answerTo(new TooBusy('in time'));
    expect(logged).not.toHaveBeenCalled();
    const fault = new TypeError(INSIDE);
    await answerTo(fault);
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ code: 'internal_error', err: fault }));
  });

  it.each([
    ['an address that is none', 'GET', '/nowhere', undefined, 404, 'not_found'],
    ['a body that is not JSON', 'POST', '/take', '{', 400, 'validation_failed'],
    ['an empty body', 'POST', '/take', '', 400, 'validation_failed'],
    ['a body that poisons prototypes', 'POST', '/take', '{"__proto__":{"a":1}}', 400, 'validation_failed'],
    ['a body that is too large', 'POST', '/take', `"${'x'.repeat(100)}"`, 413, 'payload_too_large'],
  ] as const)(
    'is a problem also before Nest is reached: %s',
    async (_what, method, url, payload, status, code) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await app.inject({ method, url, headers, payload });
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    },
  );

  it('is a problem also for a body that is not JSON at all', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/take',
      headers: { 'content-type': 'text/xml' },
      payload: '<a/>',
    });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
      415,
      'unsupported_media_type',
    ]);
  });
});
