import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type OnModuleInit } from '@nestjs/common';
import { type DeadNode, DeadNodes, NodeLease } from '../../cluster';
import { Background, type BackgroundTask } from '../../common/background';
import { Database } from '../../database';
import { EventAnnouncer } from '../event-announcer';
import { OutboxEventsRepository } from './outbox-events.repository';
import { StoredEvents } from './stored-events';

/** A node announces what it has committed at once. Before its last sign of life it did not stand still for longer. */
const BEFORE_LAST_SEEN_MS = 5_000;
/** What it had sent to Postgres when it died is committed by then: no statement may last longer. */
const STILL_IN_FLIGHT_MS = 3_000;
const AT_ONCE = 500;

/**
 * Tells the sockets, here and at the other nodes, of what a node committed and did not live to tell, or does not know
 * that it committed. Nobody knows which events these are, so all of its last seconds are told; who has heard one passes
 * over it.
 */
@Background()
export class OrphanedEvents implements BackgroundTask, OnModuleInit {
  readonly name = 'doubtful commits';
  readonly intervalMs = 1_000;
  /** Since when, by the clock of Postgres, this process has not known what it committed; it may never have read it. */
  private doubtfulSince?: Date | 'the start';
  private readonly logger = new Logger(OrphanedEvents.name);

  constructor(
    private readonly deadNodes: DeadNodes,
    private readonly lease: NodeLease,
    private readonly database: Database,
    private readonly repository: OutboxEventsRepository,
    private readonly stored: StoredEvents,
    private readonly announcer: EventAnnouncer,
  ) {}

  onModuleInit(): void {
    this.deadNodes.execute((dead, signal) => this.announceFor(dead, signal));
    this.announcer.onDoubt(() => (this.doubtfulSince ??= this.lease.renewedAt ?? 'the start'));
  }

  /** Looks after commits of this process whose answer did not come, once Postgres can be asked. */
  async run(signal: AbortSignal): Promise<void> {
    const since = this.doubtfulSince;
    const lastSeen = since === 'the start' ? this.start : since;
    if (lastSeen === undefined) return;
    this.doubtfulSince = undefined;
    try {
      await this.announceFor({ id: this.lease.nodeId, lastSeen }, signal);
    } catch (error) {
      this.doubtfulSince = since;
      throw error;
    }
  }

  /** Of this process, by the clock of Postgres; undefined as long as that was not read. */
  private get start(): Date | undefined {
    const { renewedAt } = this.lease;
    return renewedAt && new Date(renewedAt.getTime() - performance.now());
  }

  private async announceFor(dead: DeadNode, signal: AbortSignal): Promise<void> {
    const since = new Date(dead.lastSeen.getTime() - BEFORE_LAST_SEEN_MS);
    const last = await this.announceFrom(dead, since, 0, signal);
    await delay(STILL_IN_FLIGHT_MS, undefined, { signal, ref: false }).catch(() => undefined);
    await this.announceFrom(dead, since, last, signal);
  }

  /** @returns the last position. */
  private async announceFrom(
    { id }: DeadNode,
    since: Date,
    after: number,
    signal: AbortSignal,
  ): Promise<number> {
    let position = after;
    let told = 0;
    while (!signal.aborted) {
      const rows = await this.repository.leftBy(this.database, id, since, position, AT_ONCE);
      const announcements = await this.stored.read(this.database, rows);
      this.announcer.announceAgain(announcements.filter((announcement) => announcement !== undefined));
      position = rows.at(-1)?.position ?? position;
      told += rows.length;
      if (rows.length < AT_ONCE) break;
    }
    if (told > 0)
      this.logger.log({ msg: 'what a node may have told nobody of was told again', node: id, events: told });
    return position;
  }
}
