import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Controller, Get, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { eventually } from '../../test/support/eventually';
import { answerLasts } from '../common/lasting-answer';
import { ProblemFilter } from '../common/problem';
import { Metrics } from '../telemetry';
import { turnAwayCrowds } from './crowds';
import { httpAdapter } from './http-adapter';

const CONFIG = { port: 0, host: '', corsOrigins: [], trustProxy: [], docsEnabled: false, production: false };

@Controller()
class Things {
  readonly waiting: (() => void)[] = [];

  @Get('v1/things')
  read(): Promise<object> {
    return new Promise((resolve) => this.waiting.push(() => resolve({})));
  }

  @Get('v1/news')
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200).flushHeaders();
    answerLasts(reply.raw);
  }

  @Get('v1/facts')
  quick(): object {
    return {};
  }

  @Get('health/live')
  live(): object {
    return {};
  }
}

describe('a crowd of requests', () => {
  let app: NestFastifyApplication;
  let metrics: Metrics;
  let things: Things;
  beforeEach(async () => {
    metrics = new Metrics();
    const module = await Test.createTestingModule({ controllers: [Things] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter(CONFIG), { logger: false });
    app.useGlobalFilters(new ProblemFilter());
    turnAwayCrowds(app.getHttpAdapter().getInstance(), metrics);
    await app.listen(0, '127.0.0.1');
    things = app.get(Things);
  });
  afterEach(() => app.close());

  const ask = (url = '/v1/things') => app.inject({ url }).then((answer) => answer);
  const crowd = async (size: number): Promise<Promise<{ statusCode: number }>[]> => {
    const before = things.waiting.length;
    const asking = Array.from({ length: size }, () => ask());
    await eventually(() => expect(things.waiting).toHaveLength(before + size));
    return asking;
  };

  it('is let in up to a thousand; one more is asked to come again, at once', async () => {
    const asking = await crowd(1_000);
    const refused = await ask();
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(refused.json()).toMatchObject({ code: 'unavailable' });
    expect(await metrics.text()).toContain('chat_http_requests_turned_away_total 1');

    for (const finish of things.waiting) finish();
    expect(new Set((await Promise.all(asking)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    const next = await crowd(1);
    things.waiting.at(-1)?.();
    expect((await next[0])?.statusCode).toBe(200);
  });

  it('does not keep probes out', async () => {
    const asking = await crowd(1_000);
    expect((await ask('/health/live')).statusCode).toBe(200);
    for (const finish of things.waiting) finish();
    await Promise.all(asking);
  });

  it('is not of those whose answer has begun and goes on, whether or not they stay', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const streams = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
    for (const tcp of streams) tcp.write('GET /v1/news HTTP/1.1\r\nHost: x\r\n\r\n');
    await Promise.all(streams.map((tcp) => once(tcp, 'data')));
    const asking = await crowd(1_000);
    for (const tcp of streams) tcp.destroy();
    await Promise.all(streams.map((tcp) => once(tcp, 'close')));
    expect((await ask()).statusCode).toBe(503);
    for (const finish of things.waiting) finish();
    await Promise.all(asking);
  });

  it('is not of those who have their answer, while it waits on its connection for one that goes on', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const tcp = connect(port, '127.0.0.1');
    tcp.write(
      ['news', ...Array.from({ length: 20 }, () => 'facts')]
        .map((what) => `GET /v1/${what} HTTP/1.1\r\nHost: x\r\n\r\n`)
        .join(''),
    );
    await once(tcp, 'data');
    const asking = await crowd(1_000);
    for (const finish of things.waiting) finish();
    expect(new Set((await Promise.all(asking)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    tcp.destroy();
  });

  it('is smaller by those who have gone without waiting', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const gone = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
    for (const tcp of gone) tcp.write('GET /v1/things HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(things.waiting).toHaveLength(20));
    const others = await crowd(980);
    expect((await ask()).statusCode).toBe(503);
    for (const tcp of gone) tcp.destroy();
    await Promise.all(gone.map((tcp) => once(tcp, 'close')));
    await eventually(async () => others.push(...(await crowd(20))));
    for (const finish of things.waiting) finish();
    await Promise.all(others);
  });
});
