import { Injectable, type LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';
import { currentContext } from '../common/request-context';
import { TelemetryConfig } from '../config';
import { errorFields } from './error-fields';
import { maskLine, withoutSecrets } from './mask';

/** Nest's account of its own assembly: of use to whoever looks for a fault in it, noise to everybody else. */
const ASSEMBLY = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'WebSocketsController',
]);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * Logs one JSON object a line, with the request it belongs to. Modules log through Nest's `Logger`, giving
 * objects: `logger.warn({ msg: 'redis is away', err })`.
 */
@Injectable()
export class StructuredLogger implements LoggerService {
  private readonly pino: Logger;
  /** One for each class that logs. */
  private readonly named = new Map<string, Logger>();

  /** @param destination where lines go; standard output unless a test wants to read them. */
  constructor({ logLevel }: TelemetryConfig, destination?: pino.DestinationStream) {
    const options: pino.LoggerOptions = {
      level: logLevel,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { err: (error: unknown) => errorFields(error) },
      mixin: requestFields,
      hooks: { streamWrite: maskLine },
    };
    this.pino = pino(options, destination ?? buffered());
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(ASSEMBLY.has(rest.at(-1) as string) ? 'debug' : 'info', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest puts the name of the logging class last, and before it, for errors, a stack. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const log = this.of(rest.at(-1));
    // Without a message of its own a line would get the error's, which can quote what somebody wrote.
    if (message instanceof Error) log[level]({ err: message }, 'error');
    else if (typeof message !== 'object' || message === null) log[level](String(message));
    else if ('msg' in message) log[level](withoutSecrets(message));
    else log[level](withoutSecrets(message), 'error');
  }

  private of(context: unknown): Logger {
    if (typeof context !== 'string') return this.pino;
    const known = this.named.get(context) ?? this.pino.child({ context });
    this.named.set(context, known);
    return known;
  }
}

const BULK_BYTES = 64 * 1024;

/**
 * A write for each line took longer than the line. They leave in bulk, at least ten times a second, and at exit. As
 * buffers: of texts the destination measures anew, with each line, all that waits.
 */
function buffered(): pino.DestinationStream {
  const bulk = pino.destination({
    sync: false,
    minLength: BULK_BYTES,
    maxWrite: 2 * BULK_BYTES,
    periodicFlush: 100,
    contentMode: 'buffer',
  });
  return { write: (line) => void bulk.write(Buffer.from(line) as unknown as string) };
}

function requestFields(): object {
  const { requestId, traceId } = currentContext();
  return requestId === 'none' ? {} : { requestId, traceId };
}
