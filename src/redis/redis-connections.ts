import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConfig } from '../config';
import { RedisLink } from './redis-link';

/** A start waits for Redis this long at most, and then goes on without it. */
const START_PATIENCE_MS = 1_000;

/**
 * The two connections of this process: one for commands, one that only listens.
 * Redis holds nothing that can not be lost, so every use of it must know what to do without: commands are
 * refused at once while it is away, and given up soon when it does not answer.
 */
@Injectable()
export class RedisConnections implements OnModuleInit, OnApplicationShutdown {
  readonly commandLink: RedisLink;
  readonly subscriberLink: RedisLink;

  constructor(private readonly config: RedisConfig) {
    this.commandLink = new RedisLink(config.url, 'commands');
    this.subscriberLink = new RedisLink(config.url, 'subscriber');
  }

  /** For commands; a promise of it rejects within half a second when Redis does not answer. */
  get commands(): Redis {
    return this.commandLink.client;
  }

  /** The name under which this installation keeps a key, or calls a channel. */
  key(name: string): string {
    return this.config.keyPrefix + name;
  }

  async onModuleInit(): Promise<void> {
    await Promise.all([
      this.commandLink.open(START_PATIENCE_MS),
      this.subscriberLink.open(START_PATIENCE_MS),
    ]);
  }

  /** After everything else: what stops before may still have something to say. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.commandLink.close(), this.subscriberLink.close()]);
  }
}
