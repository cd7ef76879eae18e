import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { tenantKey } from '../common/tenant-key';
import { RedisBatch, RedisConnections } from '../redis';

export const ONLINE_SECONDS = 30;
const MOST_AT_ONCE = 500;

/**
 * `presence:{uuid}`, a key that ends by itself: whoever has a socket at any process says again and again that it
 * is so. Where none can be read, nobody is known to be online.
 */
@Injectable()
export class OnlineKeys {
  constructor(
    private readonly batch: RedisBatch,
    private readonly connections: RedisConnections,
  ) {}

  /** For the next thirty seconds. */
  beOnline(person: Actor): void {
    this.batch.say('set', this.key(person), 'online', 'EX', ONLINE_SECONDS);
  }

  beOffline(person: Actor): void {
    this.batch.say('del', this.key(person));
  }

  /** Unless somebody says otherwise by then. */
  beOfflineSoon(person: Actor, seconds: number): void {
    this.batch.say('expire', this.key(person), seconds);
  }

  /** With the next pipeline, in the order of `people`. @throws soon when Redis is away. */
  async read(people: readonly Actor[]): Promise<boolean[]> {
    const asked: Promise<unknown>[] = [];
    for (let from = 0; from < people.length; from += MOST_AT_ONCE)
      asked.push(
        this.batch.ask('mget', ...people.slice(from, from + MOST_AT_ONCE).map((person) => this.key(person))),
      );
    return (await Promise.all(asked)).flatMap((values) => (values as unknown[]).map(isOnline));
  }

  /** At once, for somebody who waits; at most a hundred. @throws soon when Redis is away. */
  async readNow(people: readonly Actor[]): Promise<boolean[]> {
    if (people.length === 0) return [];
    const values = await this.connections.commands.mget(people.map((person) => this.key(person)));
    return values.map(isOnline);
  }

  /** Milliseconds until each ends, in the order of `people`; less than nothing for those who are not online. */
  async remainingMs(people: readonly Actor[]): Promise<number[]> {
    const asked = people.map((person) => this.batch.ask('pttl', this.key(person)));
    return (await Promise.all(asked)).map(Number);
  }

  private key({ tenantId, userId }: Actor): string {
    return this.connections.key(tenantKey(tenantId, `presence:${userId}`));
  }
}

function isOnline(value: unknown): boolean {
  return value !== null;
}
