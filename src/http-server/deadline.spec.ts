import { Controller, Get } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ProblemFilter } from '../common/problem';
import { httpAdapter } from './http-adapter';
import { addRequestHooks } from './request-hooks';

const CONFIG = { port: 0, host: '', corsOrigins: [], trustProxy: [], docsEnabled: false, production: false };

@Controller()
class Slow {
  finish: (answer: object) => void = () => undefined;

  @Get('v1/things')
  read(): Promise<object> {
    return new Promise((resolve) => (this.finish = resolve));
  }
}

describe('the deadline of a request', () => {
  let app: NestFastifyApplication;
  const answered = jest.fn();
  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Slow] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter(CONFIG), { logger: false });
    app.useGlobalFilters(new ProblemFilter());
    addRequestHooks(app.getHttpAdapter().getInstance(), { answered }, () => false);
    await app.init();
  });
  beforeEach(() => {
    answered.mockReset();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
  });
  afterEach(() => jest.useRealTimers());
  afterAll(() => app.close());

  const tick = () => new Promise(setImmediate);
  const ask = () =>
    app.inject({ url: '/v1/things', headers: { 'x-request-id': 'req-42' } }).then((answer) => answer);

  it('is within five seconds, whatever does not answer', async () => {
    const asking = ask();
    await tick();
    jest.advanceTimersByTime(4_900);
    const answer = await asking;
    expect(answer.statusCode).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'x-request-id': 'req-42' });
    expect(answer.json()).toMatchObject({ code: 'unavailable', instance: expect.stringContaining('req-42') });
  });

  it('is the end: what comes of it later is nobody’s any more', async () => {
    const asking = ask();
    await tick();
    jest.advanceTimersByTime(4_900);
    await asking;
    app.get(Slow).finish({ late: true });
    await tick();
    expect(answered).toHaveBeenCalledTimes(1);
  });

  it('leaves no timer behind', async () => {
    const asking = ask();
    await tick();
    app.get(Slow).finish({ in: 'time' });
    expect((await asking).json()).toEqual({ in: 'time' });
    await tick();
    expect(jest.getTimerCount()).toBe(0);
  });
});
