import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { Logger } from '@nestjs/common';
import { ConfigError, type HttpConfig } from '../../config';
import { freePort } from '../../../test/support/free-port';
import { Metrics } from './metrics';
import { MetricsServer } from './metrics-server';

describe('the port of metrics', () => {
  let metrics: Metrics;
  let port: number;
  let server: MetricsServer | undefined;
  beforeEach(async () => {
    metrics = new Metrics();
    metrics.gauge({ name: 'chat_answer', help: 'Answer.' }, () => 42);
    port = await freePort();
  });
  afterEach(() => server?.onApplicationShutdown());

  const serverOn = (metricsPort: number | null, httpPort = 0): MetricsServer =>
    (server = new MetricsServer(metrics, { host: '127.0.0.1', port: httpPort } as HttpConfig, {
      metricsPort,
      production: true,
      logLevel: 'silent',
    }));
  const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });

  it.each(['/metrics', '/metrics?format=any'])('answers GET %s', async (path) => {
    await serverOn(port).onApplicationBootstrap();
    const answer = await ask(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, metrics.contentType]);
    expect(await answer.text()).toContain('chat_answer 42');
  });

  it.each([
    ['GET', '/'],
    ['GET', '/metrics/'],
    ['GET', '/health'],
    ['GET', '//metrics'],
    ['POST', '/metrics'],
    ['DELETE', '/metrics'],
  ])('has nothing else: %s %s', async (method, path) => {
    await serverOn(port).onApplicationBootstrap();
    const answer = await ask(path, method);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  it('says so when metrics can not be read, and goes on', async () => {
    await serverOn(port).onApplicationBootstrap();
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const text = jest.spyOn(metrics, 'text').mockRejectedValueOnce(new Error('internal matters'));
    const answer = await ask('/metrics');
    expect([answer.status, await answer.text()]).toEqual([500, '']);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
    text.mockRestore();
    expect((await ask('/metrics')).status).toBe(200);
  });

  it('is not opened where none is configured', async () => {
    await serverOn(null).onApplicationBootstrap();
    await expect(ask('/metrics')).rejects.toThrow();
  });

  it('that somebody else has keeps the process from starting, in one line', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const starting = serverOn(port).onApplicationBootstrap();
    await expect(starting).rejects.toThrow(ConfigError);
    await expect(starting).rejects.toThrow(/^[^\n]*METRICS_PORT[^\n]*EADDRINUSE[^\n]*$/);
    await closed(other);
  });

  it('can not be that of the service', async () => {
    await expect(serverOn(port, port).onApplicationBootstrap()).rejects.toThrow(/METRICS_PORT/);
  });

  it('is closed at the end, whoever is still connected', async () => {
    await serverOn(port).onApplicationBootstrap();
    const idle = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(idle, 'connect');
    await server?.onApplicationShutdown();
    await expect(ask('/metrics')).rejects.toThrow();
    idle.destroy();
  });
});

function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}
