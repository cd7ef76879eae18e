import { Controller, Get, Logger, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ServiceTokenRefused } from '../auth';
import { DomainError, ProblemFilter } from '../common/problem';
import { CapturedLog } from '../../test/support/captured-log';
import { AccessLog, Metrics, SecurityEvents } from '../telemetry';
import { httpAdapter } from './http-adapter';
import { addRequestHooks } from './request-hooks';
import { RequestRecords } from './request-records';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const CONVERSATION = '/v1/conversations/:conversationId';
const ADDRESS = `/v1/conversations/${ID}`;

@Controller()
class Routes {
  @Get('v1/things/:id')
  read(): object {
    return {};
  }

  @Get(CONVERSATION)
  access(): object {
    return {};
  }

  @Post(`${CONVERSATION}/:code`)
  refuse(@Param('code') code: string): never {
    if (code === 'fault') throw new Error('a fault');
    throw code === 'service' ? new ServiceTokenRefused() : new DomainError(code as 'blocked', 'No.');
  }

  @Get(['health/live', 'metrics'])
  routine(): object {
    return {};
  }
}

describe('the record of a request', () => {
  let app: NestFastifyApplication;
  let metrics: Metrics;
  let log: CapturedLog;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Routes] }).compile();
    const http = {
      port: 0,
      host: '',
      corsOrigins: [],
      trustProxy: [],
      docsEnabled: false,
      production: false,
    };
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter(http));
    app.useGlobalFilters(new ProblemFilter());
    metrics = new Metrics();
    const records = new RequestRecords(metrics, new AccessLog(), new SecurityEvents(metrics));
    addRequestHooks(app.getHttpAdapter().getInstance(), records, () => false);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  beforeEach(() => {
    log = new CapturedLog();
  });
  afterAll(async () => {
    Logger.overrideLogger(false);
    await app.close();
  });

  const ask = (url: string, method: 'GET' | 'POST' = 'GET') =>
    app.inject({ method, url, headers: { 'x-request-id': 'req-42' } });

  it('is one line that names the route, since addresses hold ids', async () => {
    await ask(`/v1/things/${ID}?token=secret`);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        requestId: 'req-42',
        msg: 'request',
        method: 'GET',
        route: '/v1/things/:id',
        status: 200,
        ms: expect.any(Number),
      }),
    ]);
    expect(log.text).not.toMatch(/secret|8057/);
  });

  it('is one line of the access log where it is about a conversation', async () => {
    await ask(ADDRESS);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        requestId: 'req-42',
        msg: 'conversation access',
        door: 'rest',
        operation: `GET ${CONVERSATION}`,
        caller: 'nobody',
        tenantId: null,
        conversationId: '…8057',
        outcome: 'ok',
        status: 200,
        ms: expect.any(Number),
      }),
    ]);
  });

  it('says why an access was refused, and tells security what is of interest to it', async () => {
    await ask(`${ADDRESS}/conversation_not_found`, 'POST');
    expect(log.lines({ msg: 'conversation access' })).toMatchObject([
      { outcome: 'conversation_not_found', status: 404 },
    ]);
    expect(log.lines({ msg: 'security event' })).toMatchObject([
      {
        security: 'not_a_member',
        requestId: 'req-42',
        door: 'rest',
        operation: `POST ${CONVERSATION}/:code`,
        conversationId: '…8057',
      },
    ]);
  });

  it('tells a call between services from others', async () => {
    await ask(`${ADDRESS}/service`, 'POST');
    expect(log.lines({ msg: 'security event' })).toMatchObject([{ security: 'service_token_refused' }]);
  });

  it('is no security event where the fault is ours', async () => {
    await ask(`${ADDRESS}/fault`, 'POST');
    expect(log.lines({ msg: 'conversation access' })).toMatchObject([
      { outcome: 'internal_error', status: 500 },
    ]);
    expect(log.lines({ msg: 'security event' })).toEqual([]);
  });

  it.each(['/health/live', '/metrics'])('is whispered where it is asked all the time: %s', async (url) => {
    await ask(url);
    expect(log.lines()).toEqual([]);
  });

  it('is a measurement, by method, route and class of status', async () => {
    await ask('/v1/things/1');
    await ask('/v1/things/2');
    await ask(`${ADDRESS}/blocked`, 'POST');
    const text = await metrics.text();
    const count = 'chat_http_request_duration_seconds_count';
    expect(text).toMatch(
      new RegExp(`^${count}\\{method="GET",route="/v1/things/:id",status="2xx"\\} \\d+$`, 'm'),
    );
    expect(text).toContain(`${count}{method="POST",route="${CONVERSATION}/:code",status="4xx"}`);
  });

  it('has no label that a client could think up', async () => {
    const families = async () => new Set((await metrics.text()).match(/^\w+\{.*?\}/gm));
    await ask('/nowhere/at/all');
    await ask('/v1/%zz');
    const before = await families();
    for (let n = 0; n < 50; n++) await ask(`/nowhere/${n}?q=${n}`);
    await ask('/v1/%yy');
    expect(await families()).toEqual(before);
  });
});
