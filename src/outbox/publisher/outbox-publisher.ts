import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { NodeLease } from '../../cluster';
import { DatabaseConfig } from '../../config';
import { DedicatedConnections } from '../../database';
import { EventBus } from '../bus/event-bus';
import type { ChatEvent } from '../chat-event';
import { OutboxEventsRepository, type OutboxRow } from './outbox-events.repository';
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
@Injectable()
export class OutboxPublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(OutboxPublisher.name);
  private readonly connection: DedicatedConnections;
  private readonly refusals = new RefusedEvents();
  private readonly stopping = new AbortController();
  private publishing: Promise<void> = Promise.resolve();
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

  onApplicationBootstrap(): void {
    this.recent.onAnnounced(() => this.wake());
    this.publishing = this.keepPublishing(this.stopping.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.publishing;
    const until = performance.now() + LAST_ROUNDS_MS;
    while (performance.now() < until && (await this.round()) > 0);
    await this.connection.close();
  }

  private async keepPublishing(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const published = await this.round();
      if (this.isFailing) await this.rest(RETRY_MS, signal);
      else if (published === 0) await Promise.race([this.woken(), this.rest(LOOK_MS, signal)]);
      else await this.rest(GATHER_MS, signal);
    }
  }

  /** Never throws. @returns how many events left. */
  private async round(): Promise<number> {
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
    if (!this.lease.isHeld) this.shards = [];
    if (!this.lease.isHeld || performance.now() - this.settledAt < SETTLE_MS) return;
    const obstacle = this.isFailing ? await this.obstacle() : undefined;
    // Until it can be reached again from here, whoever can reach it publishes.
    this.lease.publishes = obstacle === undefined;
    this.shards = await this.shardsOf.settle(this.connection, this.lease.nodeId);
    this.settledAt = performance.now();
    if (obstacle !== undefined) throw obstacle;
  }

  /** What keeps this node from the bus. */
  private obstacle(): Promise<unknown> {
    return this.bus.check().then(
      () => undefined,
      (error: unknown) => error ?? new Error('the bus is away'),
    );
  }

  private async publishWaiting(): Promise<number> {
    if (this.shards.length === 0) return 0;
    const waiting = this.refusals.waiting(performance.now());
    const rows = await this.repository.waiting(this.connection, this.shards, PER_SHARD, waiting);
    this.metrics.oldestWaiting(rows);
    if (rows.length === 0) return 0;
    const events = await this.eventsOf(rows);
    // Whoever stood still may find that others have taken over meanwhile.
    if (!this.lease.isHeld) return 0;
    const taken = await this.publish(rows, events);
    if (taken.length > 0) await this.repository.markPublished(this.connection, taken);
    this.metrics.published(taken);
    return taken.length;
  }

  private async eventsOf(rows: readonly OutboxRow[]): Promise<(ChatEvent | undefined)[]> {
    const known = rows.map(({ eventId }) => this.recent.take(eventId)?.event);
    const unknown = rows.filter((_row, index) => known[index] === undefined);
    if (unknown.length === 0) return known;
    const read = await this.stored.read(this.connection, unknown);
    const byRow = new Map(unknown.map((row, index) => [row, read[index]?.event]));
    return rows.map((row, index) => known[index] ?? byRow.get(row));
  }

  /** @returns the rows whose events the bus has. */
  private async publish(
    rows: readonly OutboxRow[],
    events: readonly (ChatEvent | undefined)[],
  ): Promise<OutboxRow[]> {
    const sound: [OutboxRow, ChatEvent][] = [];
    const refused = new Map<OutboxRow, Error>();
    const heldUp = new Set<string>();
    rows.forEach((row, index) => {
      const event = events[index];
      if (heldUp.has(row.key)) return;
      if (event !== undefined) sound.push([row, event]);
      else {
        heldUp.add(row.key);
        refused.set(row, new Error('what it tells of is not there, or is not what it says'));
      }
    });
    const outcomes = sound.length === 0 ? [] : await this.bus.publish(sound.map(([, event]) => event));
    const taken: OutboxRow[] = [];
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

  private async refuse(row: OutboxRow, err: Error): Promise<void> {
    const { eventId, eventType, key } = row;
    const isGivenUp = this.refusals.refused(key, performance.now());
    this.logger.warn({ msg: 'an event can not be published', eventId, eventType, conversationId: key, err });
    if (!isGivenUp) return;
    await this.repository.park(this.connection, row);
    this.refusals.passed(key);
    this.metrics.parked();
    this.logger.error({ msg: 'an event was given up', eventId, eventType, conversationId: key, err });
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  private rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    return delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
