import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ProblemFilter } from '../common/problem';
import { KnownInputGuard } from './known-input.guard';

@Controller()
class Things {
  @Get('v1/things')
  list(@Query() _query: object): object {
    return {};
  }

  @Get(['v1/things/:id', 'health'])
  find(): object {
    return {};
  }

  @Post('v1/things')
  make(): object {
    return {};
  }

  @Post('v1/things/:id')
  change(@Body() _body: object): object {
    return {};
  }

  @Delete(['v1/things/:id', 'health'])
  remove(): object {
    return {};
  }
}

describe('what nobody asked for', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Things] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    app.useGlobalFilters(new ProblemFilter());
    app.useGlobalGuards(new KnownInputGuard());
    await app.init();
  });
  afterAll(() => app.close());

  it.each([
    ['GET', '/v1/things?limit=5'],
    ['GET', '/v1/things/1'],
    ['GET', '/v1/things/1?'],
    ['GET', '/health?verbose'],
    ['POST', '/v1/things'],
  ] as const)('is no query where one is asked for, or there is none: %s %s', async (method, url) => {
    expect((await app.inject({ method, url })).statusCode).toBeLessThan(300);
  });

  it.each([
    ['GET', '/v1/things/1?limit=5', ['limit']],
    ['GET', '/v1/things/1?a=&b', ['a', 'b']],
    ['POST', '/v1/things?dry=true', ['dry']],
  ] as const)('is a query that is refused, not dropped in silence: %s %s', async (method, url, fields) => {
    const answer = await app.inject({ method, url });
    expect(answer.json()).toMatchObject({
      code: 'validation_failed',
      errors: fields.map((path) => ({ path, message: 'unknown field' })),
    });
  });

  it.each([
    ['POST', '/v1/things/1', { any: 1 }],
    ['DELETE', '/v1/things/1', {}],
    ['DELETE', '/v1/things/1', null],
    ['DELETE', '/v1/things/1', undefined],
    ['DELETE', '/health', { any: 1 }],
  ] as const)('is no body where one is asked for, or says nothing: %s %s %j', async (method, url, body) => {
    expect((await deliver(method, url, body)).statusCode).toBeLessThan(300);
  });

  it.each([
    ['DELETE', '/v1/things/1', { reason: 1, constructor: 2 }, ['reason', 'constructor']],
    ['DELETE', '/v1/things/1', [{}], ['']],
    ['DELETE', '/v1/things/1', 'text', ['']],
    ['DELETE', '/v1/things/1', false, ['']],
    ['POST', '/v1/things', { a: 1 }, ['a']],
  ] as const)(
    'is a body that is refused, not dropped in silence: %s %s %j',
    async (method, url, body, fields) => {
      expect((await deliver(method, url, body)).json()).toMatchObject({
        code: 'validation_failed',
        errors: fields.map((path) => ({ path })),
      });
    },
  );

  const deliver = (method: 'POST' | 'DELETE', url: string, body: unknown) =>
    app.inject({
      method,
      url,
      ...(body !== undefined && {
        payload: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
});
