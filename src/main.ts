import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app';
import { VERSION } from './common/version';
import { ConfigError, loadConfigFromEnvironment } from './config';
import { loadExtensions } from './extensions';

/** Work in flight and sockets have this long to end once the process is told to. */
const STOP_LIMIT_MS = 9_000;

async function main(): Promise<void> {
  const config = loadConfigFromEnvironment();
  const extensions = loadExtensions(config.extensions);
  const app = await createApp(config, extensions);
  const logger = new Logger('Main');

  const stop = onceStopped(app, logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal, 0));
  // After one of these nobody knows what state the process is in: it ends, in order, and is started anew.
  process.on('uncaughtException', (err) => stop('uncaughtException', 1, err));
  process.on('unhandledRejection', (err) => stop('unhandledRejection', 1, err));

  await app.listen(config.http.port, config.http.host);
  logger.log({
    msg: 'listening',
    address: await app.getUrl(),
    version: VERSION,
    node: process.version,
    extensions: extensions.map(({ name }) => name),
  });
}

function onceStopped(
  app: NestFastifyApplication,
  logger: Logger,
): (reason: string, exitCode: number, err?: unknown) => void {
  let stopping = false;
  return (reason, exitCode, err) => {
    if (err !== undefined) logger.fatal({ msg: 'a fault nobody caught', reason, err });
    if (stopping) return;
    stopping = true;
    logger.log({ msg: 'stopping', reason });
    setTimeout(() => process.exit(exitCode), STOP_LIMIT_MS).unref();
    void app.close().then(
      () => process.exit(exitCode),
      () => process.exit(exitCode || 1),
    );
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
