import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseConfig } from '../config';
import { DedicatedConnections } from '../database';
import { NodesRepository } from './nodes.repository';

const LEASE_SECONDS = 3;
const RENEW_MS = 1_000;
/** A renewal that hangs must end while the lease lasts. */
const LIMITS = { connectionTimeoutMillis: 700, statement_timeout: 700, query_timeout: 800 };
/** Less than the lease, counted from before it was asked for: nobody else thinks it over while this node relies on it. */
const RELIED_ON_MS = LEASE_SECONDS * 1_000 - 500;

/**
 * Whether this process may act for all. Its lease is renewed every second over a connection of its own, and lasts
 * three, by the clock of Postgres; a process that stood still finds it ended, by its own, monotonic one.
 */
@Injectable()
export class NodeLease implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly nodeId: string;
  private readonly logger = new Logger(NodeLease.name);
  private readonly connection: DedicatedConnections;
  private readonly stopping = new AbortController();
  private renewing: Promise<void> = Promise.resolve();
  private reliedOnUntil = -Infinity;
  private isKnown = false;
  private lastRenewal?: Date;
  /** Whether this node can reach the bus: where it can not, others publish. */
  publishes = true;

  constructor(
    config: DatabaseConfig,
    private readonly nodes: NodesRepository,
  ) {
    this.nodeId = config.nodeId;
    this.connection = new DedicatedConnections(config, 1, LIMITS);
  }

  /** While it is, no other node takes over what is this one's. */
  get isHeld(): boolean {
    return performance.now() < this.reliedOnUntil;
  }

  /** When this node was last known to reach Postgres, by the clock there; undefined before the first time. */
  get renewedAt(): Date | undefined {
    return this.lastRenewal;
  }

  onApplicationBootstrap(): void {
    this.renewing = this.keepRenewing(this.stopping.signal);
  }

  /** What was this node's can be taken over at once. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.renewing;
    this.reliedOnUntil = -Infinity;
    await this.nodes.leave(this.connection, this.nodeId).catch(() => undefined);
    await this.connection.close();
  }

  private async keepRenewing(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.renew();
      await delay(RENEW_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async renew(): Promise<void> {
    const asked = performance.now();
    try {
      this.lastRenewal = await this.nodes.renew(this.connection, this.nodeId, LEASE_SECONDS, this.publishes);
      this.reliedOnUntil = asked + RELIED_ON_MS;
      this.isKnown = true;
    } catch (err) {
      // One line for an outage.
      if (this.isKnown) this.logger.warn({ msg: 'this node could not renew its lease', err });
      this.isKnown = false;
    }
  }
}
