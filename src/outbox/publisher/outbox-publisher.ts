import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { NodeLease } from '../../cluster';
import { Background, type BackgroundTask } from '../../common/background';
import { DatabaseConfig } from '../../config';
import { DedicatedConnections } from '../../database';
import { EventBus } from '../bus/event-bus';
import type { ChatEvent } from '../chat-event';
import { OutboxEventsRepository, type WaitingEvent } from './outbox-events.repository';
import { OutboxShardsRepository } from './outbox-shards.repository';
import { PublisherMetrics } from './publisher.metrics';
import { RecentEvents } from './recent-events';
import { RefusedEvents } from './refused-events';
import { StoredEvents } from './stored-events';

/** What is waiting elsewhere is noticed this soon; what this process commits, at once. */
const LOOK_MS = 40;
/** Between two rounds that had something to do: what comes meanwhile is published together. */
const GATHER_MS = 8;
const SETTLE_MS = 500;
/** After a round that failed, and while the bus is away. */
const RETRY_MS = 500;
/** Of one shard in a round. */
const PER_SHARD = 128;
/** A stop publishes what it can in this time; the rest is another node's, or the next start's. */
const LAST_ROUNDS_MS = 1_000;

const LIMITS = { connectionTimeoutMillis: 1_000, statement_timeout: 2_000, query_timeout: 2_300 };

/**
 * Publishes what has been committed, by any node: each node some of the shards, for as long as its lease lasts.
 * At least once, and the events of a conversation in their order: a shard is read from its oldest waiting row, whatever
 * its position, and a row is marked when the bus has it. Two nodes at one shard publish the same events twice, each of
 * them in order, which is harmless.
 */
@Background()
export class OutboxPublisher implements BackgroundTask, OnModuleInit, OnApplicationShutdown {
  readonly name = 'outbox publishing';
  readonly intervalMs = 0;
  private readonly logger = new Logger(OutboxPublisher.name);
  private readonly connection: DedicatedConnections;
  private readonly refusals = new RefusedEvents();
  private wake: () => void = () => undefined;
  private shards: readonly number[] = [];
  private settledAt = -Infinity;
  private isFailing = false;

  constructor(
    config: DatabaseConfig,
    private readonly lease: NodeLease,
    private readonly shardsOf: OutboxShardsRepository,
    private readonly repository: OutboxEventsRepository,
    private readonly stored: StoredEvents,
    private readonly recent: RecentEvents,
    private readonly bus: EventBus,
    private readonly metrics: PublisherMetrics,
  ) {
    this.connection = new DedicatedConnections(config, 1, LIMITS);
  }

  onModuleInit(): void {
    this.recent.onAnnounced(() => this.wake());
  }

  /** Goes on until it is told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const published = await this.round();
      if (this.isFailing) await this.rest(RETRY_MS, signal);
      else if (published === 0) await Promise.race([this.woken(), this.rest(LOOK_MS, signal)]);
      else await this.rest(GATHER_MS, signal);
    }
  }

  /** By now the doors are shut, and what came in by them is committed. */
  async onApplicationShutdown(): Promise<void> {
    const until = performance.now() + LAST_ROUNDS_MS;
    while (performance.now() < until && (await this.round()) > 0);
    await this.connection.close();
  }

  /** Never throws. @returns how many events left. */
  private async round(): Promise<number> {
    if (!this.lease.isHeld) {
      this.shards = [];
      return 0;
    }
    try {
      await this.settle();
      const published = await this.publishWaiting();
      if (this.isFailing) this.logger.log({ msg: 'events are published again' });
      this.isFailing = false;
      return published;
    } catch (err) {
      if (!this.isFailing) this.logger.error({ msg: 'events can not be published', err });
      this.isFailing = true;
      return 0;
    }
  }

  /** Which shards are this node's changes as nodes come and go, and with whether it can publish at all. */
  private async settle(): Promise<void> {
    if (!this.isFailing && performance.now() - this.settledAt < SETTLE_MS) return;
    const obstacle = this.isFailing ? await this.obstacle() : undefined;
    // Until it can be reached again from here, whoever can reach it publishes.
    this.lease.publishes = obstacle === undefined;
    this.shards = await this.shardsOf.settle(this.connection, this.lease.nodeId);
    this.settledAt = performance.now();
    if (obstacle !== undefined) throw obstacle;
  }

  /** What keeps this node from the bus. */
  private obstacle(): Promise<Error | undefined> {
    return this.bus.check().then(
      () => undefined,
      (cause: unknown) => (cause instanceof Error ? cause : new Error('the bus is away', { cause })),
    );
  }

  private async publishWaiting(): Promise<number> {
    if (this.shards.length === 0) return 0;
    const except = this.refusals.waiting(performance.now());
    const found = await this.repository.waiting(this.connection, this.shards, PER_SHARD, except);
    this.metrics.oldestWaiting(found);
    if (found.length === 0) return 0;
    const waiting = await this.withEvents(found);
    // Whoever stood still may find that others have taken over meanwhile.
    if (!this.lease.isHeld) return 0;
    const taken = await this.publish(waiting);
    if (taken.length > 0) await this.repository.markPublished(this.connection, taken);
    this.metrics.published(taken);
    return taken.length;
  }

  /** Those that still wait, each with its event if there is one to be made of it. */
  private async withEvents(found: readonly WaitingEvent[]): Promise<[WaitingEvent, ChatEvent | undefined][]> {
    const known = found.map(({ eventId }) => this.recent.take(eventId)?.event);
    const unknown = found.filter((_event, index) => known[index] === undefined);
    const rows = unknown.length === 0 ? [] : await this.repository.rows(this.connection, unknown);
    const read = rows.length === 0 ? [] : await this.stored.read(this.connection, rows);
    const byPosition = new Map(rows.map(({ position }, index) => [position, read[index]?.event]));
    return found.flatMap((one, index): [WaitingEvent, ChatEvent | undefined][] => {
      const event = known[index];
      if (event !== undefined) return [[one, event]];
      return byPosition.has(one.position) ? [[one, byPosition.get(one.position)]] : [];
    });
  }

  /** @returns those whose events the bus has. */
  private async publish(
    waiting: readonly (readonly [WaitingEvent, ChatEvent | undefined])[],
  ): Promise<WaitingEvent[]> {
    const sound: [WaitingEvent, ChatEvent][] = [];
    const refused = new Map<WaitingEvent, Error>();
    const heldUp = new Set<string>();
    for (const [one, event] of waiting) {
      if (heldUp.has(one.key)) continue;
      if (event !== undefined) sound.push([one, event]);
      else {
        heldUp.add(one.key);
        refused.set(one, new Error('what it tells of is not there, or is not what it says'));
      }
    }
    const outcomes = sound.length === 0 ? [] : await this.bus.publish(sound.map(([, event]) => event));
    const taken: WaitingEvent[] = [];
    sound.forEach(([row], index) => {
      const outcome = outcomes[index];
      if (outcome?.status === 'refused') refused.set(row, outcome.error);
      if (outcome?.status !== 'taken') return;
      taken.push(row);
      this.refusals.passed(row.key);
    });
    for (const [row, error] of refused) await this.refuse(row, error);
    return taken;
  }

  private async refuse(row: WaitingEvent, err: Error): Promise<void> {
    const { eventId, key } = row;
    const isGivenUp = this.refusals.refused(key, performance.now());
    this.logger.warn({ msg: 'an event can not be published', eventId, conversationId: key, err });
    if (!isGivenUp) return;
    await this.repository.park(this.connection, row);
    this.refusals.passed(key);
    this.metrics.parked();
    this.logger.error({ msg: 'an event was given up', eventId, conversationId: key, err });
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  private rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    return delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
