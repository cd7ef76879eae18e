import type { ReplayConfig } from '../../config';
import { DedicatedConnections } from '../../database';
import { RedisStreamsBus } from '../bus/redis-streams-bus';
import { OutboxEventsRepository } from '../publisher/outbox-events.repository';
import { StoredEvents } from '../publisher/stored-events';
import { OutboxReplay, type ReplayProgress } from './outbox-replay';
import { ReplayRepository } from './replay.repository';
import type { ReplayRequest } from './replay-request';

/** Nobody waits for an answer: a day on which much happened may take its time. */
const LIMITS = { statement_timeout: 60_000, query_timeout: 62_000 };

/**
 * Publishes the events of that time again, for whoever missed them.
 *
 * @returns how far it has got, now and then and at the end.
 * @throws DependencyUnavailable; whatever keeps the bus from taking events
 */
export async function* replayOutbox(
  { database, redis, eventStream }: ReplayConfig,
  request: ReplayRequest,
): AsyncGenerator<ReplayProgress> {
  const db = new DedicatedConnections(database, 1, LIMITS);
  const bus = new RedisStreamsBus(redis, eventStream);
  try {
    await bus.onModuleInit();
    const stored = new StoredEvents(new OutboxEventsRepository());
    yield* new OutboxReplay(db, new ReplayRepository(), stored, bus).run(request);
  } finally {
    await Promise.all([db.close(), bus.onApplicationShutdown()]);
  }
}
