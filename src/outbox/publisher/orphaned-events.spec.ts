import type { DeadNodes, NodeLease } from '../../cluster';
import type { Database } from '../../database';
import { EventAnnouncer } from '../event-announcer';
import { OrphanedEvents } from './orphaned-events';
import type { OutboxEventsRepository } from './outbox-events.repository';
import type { StoredEvents } from './stored-events';
import { DependencyUnavailable } from '../../common/problem';

describe('what this process does not know to be committed', () => {
  let announcer: EventAnnouncer;
  let orphaned: OrphanedEvents;
  let asked: Date[];
  let lease: { nodeId: string; renewedAt: Date | undefined };
  beforeEach(() => {
    announcer = new EventAnnouncer();
    asked = [];
    lease = { nodeId: 'this', renewedAt: undefined };
    const repository = {
      leftBy: (_db: unknown, _node: string, since: Date) => {
        asked.push(since);
        return Promise.resolve([]);
      },
    };
    orphaned = new OrphanedEvents(
      { execute: () => undefined } as unknown as DeadNodes,
      lease as NodeLease,
      {} as Database,
      repository as unknown as OutboxEventsRepository,
      { read: () => Promise.resolve([]) } as unknown as StoredEvents,
      announcer,
    );
    orphaned.onModuleInit();
  });

  const doubt = (): Promise<unknown> =>
    announcer.committed(Promise.reject(new DependencyUnavailable('Postgres'))).catch(() => undefined);
  const look = (): Promise<void> => orphaned.run(AbortSignal.abort());

  it('is not looked for where there is no doubt', async () => {
    lease.renewedAt = new Date();
    await orphaned.run(new AbortController().signal);
    expect(asked).toEqual([]);
  });

  it('is looked for since its last sign of life, and some time before', async () => {
    lease.renewedAt = new Date('2026-11-21T12:00:00Z');
    await doubt();
    const stop = new AbortController();
    const looking = orphaned.run(stop.signal);
    await new Promise(setImmediate);
    stop.abort();
    await looking;
    expect(asked).toEqual([new Date('2026-11-21T11:59:55Z')]);
  });

  it('is looked for since its start where it had given none yet, as soon as the time of Postgres is known', async () => {
    await doubt();
    await look();
    lease.renewedAt = new Date();
    const stop = new AbortController();
    const looking = orphaned.run(stop.signal);
    await new Promise(setImmediate);
    stop.abort();
    await looking;
    expect(asked).toHaveLength(1);
    expect(asked[0]?.getTime()).toBeLessThan(Date.now() - performance.now());
  });
});
