import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { Logger } from '@nestjs/common';

/** Descriptors that the process keeps for itself: its connections to Postgres, Redis and upstream, and its files. */
const OWN_DESCRIPTORS = 96;
/** Whoever is turned away costs a line of the log no more often than this. */
const LINE_EVERY_MS = 60_000;

/**
 * Takes no more connections than there are descriptors for. Without that the last ones would go to whoever knocks,
 * and those who are in could not be served: what they ask for may need a connection to Postgres.
 *
 * @param limits what the system says of this process's limits; nothing where it does not say.
 */
export function keepDescriptorsBack(server: Server, limits = limitsOfThisProcess()): void {
  const openFiles = openFilesIn(limits);
  if (openFiles === undefined) return;
  const room = Math.max(1, openFiles - OWN_DESCRIPTORS);
  server.maxConnections = room;

  const logger = new Logger('HttpServer');
  let saidAt = -Infinity;
  server.on('drop', () => {
    if (performance.now() - saidAt < LINE_EVERY_MS) return;
    saidAt = performance.now();
    logger.warn({ msg: 'no descriptors for more connections, they are turned away', room, openFiles });
  });
}

/** @returns undefined where there is no limit. */
function openFilesIn(limits: string): number | undefined {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** As Linux tells it. Elsewhere nothing is known, and nothing kept back. */
function limitsOfThisProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
