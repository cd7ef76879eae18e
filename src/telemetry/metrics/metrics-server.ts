import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError, toProblem } from '../../common/problem';
import { contextFrom } from '../../common/request-context';
import { ConfigError, HttpConfig, TelemetryConfig } from '../../config';
import { Metrics } from './metrics';

const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 };

/** More than any operator has scrapers. */
const MOST_CONNECTIONS = 50;

/**
 * `/metrics` on a port of its own, which operators can close to everybody else. There from before the service
 * listens until after it has drained, so that all of its life can be watched.
 */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MetricsServer.name);
  private server?: Server;

  constructor(
    private readonly metrics: Metrics,
    private readonly http: HttpConfig,
    private readonly telemetry: TelemetryConfig,
  ) {}

  /** @throws ConfigError when the port is not to be had: unwatched, the process should not run. */
  async onApplicationBootstrap(): Promise<void> {
    const { metricsPort } = this.telemetry;
    if (metricsPort === null) return;
    if (metricsPort === this.http.port) throw new ConfigError(['METRICS_PORT must be another than PORT']);
    this.server = createServer(TIMEOUTS, (request, response) => void this.answer(request, response));
    this.server.maxConnections = MOST_CONNECTIONS;
    await listening(this.server, metricsPort, this.http.host);
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (server?.listening !== true) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = request.url?.split('?', 1)[0];
      if (request.method !== 'GET' || path !== '/metrics') refuse(request, response);
      else send(response, 200, this.metrics.contentType, await this.metrics.text());
    } catch (err) {
      this.logger.error({ msg: 'metrics could not be read', err });
      send(response, 500, 'text/plain', '');
    }
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new ConfigError([`METRICS_PORT can not be listened on (${code})`])),
    );
    server.listen(port, host, resolve);
  });
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const refusal = new DomainError('not_found', 'There is nothing here but GET /metrics.');
  const problem = toProblem(refusal, contextFrom(request.headers));
  send(response, problem.status, 'application/problem+json; charset=utf-8', JSON.stringify(problem));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
