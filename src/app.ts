import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { ProblemFilter } from './common/problem';
import { ShapePipe } from './common/validation';
import type { Config } from './config';
import type { ChatExtension } from './extensions';
import {
  addRequestHooks,
  allowOrigins,
  httpAdapter,
  keepDescriptorsBack,
  KnownInputGuard,
  readJsonOnly,
  RequestRecords,
  serveOpenApi,
  takeOddRequests,
  turnAwayCrowds,
} from './http-server';
import { ChatIoAdapter } from './realtime';
import { AccessLog, Metrics, SecurityEvents, StructuredLogger } from './telemetry';

/** One node, complete but not listening yet. */
export async function createApp(
  config: Config,
  extensions: readonly ChatExtension[] = [],
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, extensions),
    httpAdapter(config.http),
    // There is one parser of bodies, set below; lines logged while starting wait for the logger.
    { bodyParser: false, bufferLogs: true },
  );
  app.useLogger(app.get(StructuredLogger));

  keepDescriptorsBack(app.getHttpServer());
  let stopping = false;
  const server = app.getHttpAdapter().getInstance();
  readJsonOnly(server);
  server.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  const records = new RequestRecords(app.get(Metrics), app.get(AccessLog), app.get(SecurityEvents));
  addRequestHooks(server, records, () => stopping);
  takeOddRequests(server);
  turnAwayCrowds(server, app.get(Metrics));

  await allowOrigins(server, config.http.corsOrigins);
  app.useGlobalPipes(new ShapePipe());
  app.useGlobalFilters(new ProblemFilter());
  // After the guard that asks who it is, which is the first of all.
  app.useGlobalGuards(new KnownInputGuard());
  app.useWebSocketAdapter(new ChatIoAdapter(app));
  if (config.http.docsEnabled) serveOpenApi(app);
  return app;
}
