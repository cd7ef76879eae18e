import { Controller, Get, Post, Query } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ProblemFilter } from '../common/problem';
import { KnownQueryInterceptor } from './known-query.interceptor';

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
}

describe('a query', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Things] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    app.useGlobalFilters(new ProblemFilter());
    app.useGlobalInterceptors(new KnownQueryInterceptor());
    await app.init();
  });
  afterAll(() => app.close());

  it.each([
    ['GET', '/v1/things?limit=5'],
    ['GET', '/v1/things/1'],
    ['GET', '/v1/things/1?'],
    ['GET', '/health?verbose'],
    ['POST', '/v1/things'],
  ] as const)('is let in where it is asked for, and where there is none: %s %s', async (method, url) => {
    expect((await app.inject({ method, url })).statusCode).toBeLessThan(300);
  });

  it.each([
    ['GET', '/v1/things/1?limit=5', ['limit']],
    ['GET', '/v1/things/1?a=&b', ['a', 'b']],
    ['POST', '/v1/things?dry=true', ['dry']],
  ] as const)(
    'is refused, not dropped in silence, where nobody asked for it: %s %s',
    async (method, url, fields) => {
      const answer = await app.inject({ method, url });
      expect(answer.json()).toMatchObject({
        code: 'validation_failed',
        errors: fields.map((path) => ({ path, message: 'unknown field' })),
      });
    },
  );
});
