import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { answerLasts } from '../common/lasting-answer';
import { currentContext, type RequestContext } from '../common/request-context';
import { httpAdapter } from './http-adapter';
import { addRequestHooks } from './request-hooks';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Says in which context it is asked. */
@Controller()
class Echo {
  @Get('v1/things/:id')
  read(): RequestContext {
    return currentContext();
  }

  @Post('v1/things')
  write(@Body() _body: unknown): RequestContext {
    return currentContext();
  }

  @Get('v1/news')
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200);
    answerLasts(reply.raw);
    reply.raw.write('at last');
    setTimeout(() => reply.raw.end(), 50);
  }

  @Get(['health/live', 'docs/page'])
  anonymous(): object {
    return {};
  }
}

describe('every request', () => {
  let app: NestFastifyApplication;
  let stopping: boolean;
  const records = { answered: jest.fn() };

  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Echo] }).compile();
    const http = {
      port: 0,
      host: '',
      corsOrigins: [],
      trustProxy: [],
      docsEnabled: false,
      production: false,
    };
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter(http));
    addRequestHooks(app.getHttpAdapter().getInstance(), records, () => stopping);
    await app.listen(0, '127.0.0.1');
  });
  beforeEach(() => {
    stopping = false;
    records.answered.mockReset();
  });
  afterAll(() => app.close());

  it.each([
    ['GET', `/v1/things/${ID}`],
    ['POST', '/v1/things'],
  ] as const)('is handled in its own context: %s', async (method, url) => {
    const headers = { 'x-request-id': 'req-42', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    const answer = await app.inject({
      method,
      url,
      headers,
      ...(method === 'POST' && { payload: { a: 1 } }),
    });
    expect(answer.json()).toEqual({ requestId: 'req-42', traceId: TRACE });
    expect(answer.headers['x-request-id']).toBe('req-42');
  });

  it.each(['/v1/things/1', '/nowhere', '/%zz', '/health/live'])(
    'is answered with an id and the headers that keep browsers safe: %s',
    async (url) => {
      const { headers } = await app.inject({ method: 'GET', url });
      expect(headers).toMatchObject({
        'x-request-id': expect.stringMatching(/^[\w-]{16}$/),
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'strict-transport-security': expect.stringContaining('max-age='),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
    },
  );

  it.each([
    ['/v1/things/1', 'no-store'],
    ['//v1/things/1', 'no-store'],
    ['/nowhere', 'no-store'],
    ['/docs/page', undefined],
  ])('is not kept by anybody on the way, the documentation excepted: %s', async (url, cacheControl) => {
    const { headers } = await app.inject({ method: 'GET', url });
    expect(headers['cache-control']).toBe(cacheControl);
  });

  it.each(['/v1/things/1', '/nowhere'])('is recorded once, in its own context: %s', async (url) => {
    const contexts: RequestContext[] = [];
    records.answered.mockImplementation(() => contexts.push(currentContext()));
    await app.inject({ method: 'GET', url, headers: { 'x-request-id': 'req-42' } });
    expect(contexts).toEqual([expect.objectContaining({ requestId: 'req-42' })]);
  });

  it('is recorded when its answer begins, where that goes on, and not again at its end', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const contexts: RequestContext[] = [];
    records.answered.mockImplementation(() => contexts.push(currentContext()));
    const tcp = connect(port, '127.0.0.1');
    tcp.write('GET /v1/news HTTP/1.1\r\nHost: x\r\nX-Request-Id: req-42\r\nConnection: close\r\n\r\n');
    await once(tcp, 'data');
    const atItsBeginning = [...contexts];
    await once(tcp, 'close');
    expect([atItsBeginning, contexts]).toEqual([
      [expect.objectContaining({ requestId: 'req-42' })],
      [expect.objectContaining({ requestId: 'req-42' })],
    ]);
  });

  it('is the last on its connection while the process stops', async () => {
    stopping = true;
    const answer = await app.inject({ method: 'GET', url: '/v1/things/1' });
    expect(answer.headers.connection).toBe('close');
  });

  it('is answered with a problem also where its address can not be read', async () => {
    const answer = await app.inject({ method: 'GET', url: '/v1/%zz' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'validation_failed']);
  });

  it('is answered with a problem, and cut, where it is no HTTP at all', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('\x16\x03\x01 this is TLS, say\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*X-Request-Id: [\w-]{16}\r\n/s);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'validation_failed' });
  });
});
