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
  DeadlineInterceptor,
  httpAdapter,
  KnownQueryInterceptor,
  serveOpenApi,
} from './http-server';
import { ChatIoAdapter } from './realtime';
import { StructuredLogger } from './telemetry';

/** One node, complete but not listening yet. */
export async function createApp(
  config: Config,
  extensions: readonly ChatExtension[] = [],
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, extensions),
    httpAdapter(config.http),
    // Fastify's own parser of JSON is the only one; lines logged while starting wait for the logger.
    { bodyParser: false, bufferLogs: true },
  );
  app.useLogger(app.get(StructuredLogger));

  let stopping = false;
  const server = app.getHttpAdapter().getInstance();
  server.removeContentTypeParser('text/plain');
  server.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  addRequestHooks(server, () => stopping);

  await allowOrigins(server, config.http.corsOrigins);
  app.useGlobalPipes(new ShapePipe());
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalInterceptors(new DeadlineInterceptor(), new KnownQueryInterceptor());
  app.useWebSocketAdapter(new ChatIoAdapter(app));
  if (config.http.docsEnabled) serveOpenApi(app);
  return app;
}
