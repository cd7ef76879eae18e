import { Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnections, RedisHealth } from '../redis';

/** As long as RedisHealth may take to notice a Redis that swallows everything. */
const PAUSE_MS = 3_000;

/**
 * Redis as the place where all nodes count together. One for all budgets of a process, so that a request which
 * has waited in vain for one of them does not wait for the next.
 */
@Injectable()
export class SharedCounts {
  private readonly logger = new Logger(SharedCounts.name);
  private pausedUntil = 0;

  constructor(
    private readonly connections: RedisConnections,
    private readonly health: RedisHealth,
  ) {}

  get client(): Redis {
    return this.connections.commands;
  }

  /** Whether it is worth asking. */
  get available(): boolean {
    return performance.now() >= this.pausedUntil && this.health.healthy;
  }

  key(name: string): string {
    return this.connections.key(name);
  }

  /** To be told when it was asked and did not answer, or answered that it can not. Nobody asks for a while then. */
  failed(err: unknown): void {
    if (this.available)
      this.logger.warn({ msg: 'this process counts for itself', seconds: PAUSE_MS / 1_000, err });
    this.pausedUntil = performance.now() + PAUSE_MS;
  }
}
