import { Redis } from 'ioredis';
import type { ChatEventType } from '../../../src/outbox';

/** An event as other services read it. */
export interface PublishedEvent {
  readonly eventId: string;
  readonly eventType: ChatEventType;
  readonly schemaVersion: number;
  readonly occurredAt: string;
  readonly tenantId: string;
  readonly key: string;
  readonly rev: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The stream of one installation, as other services see it. */
export class EventStream {
  private readonly redis: Redis;

  constructor(
    redisUrl: string,
    private readonly name: string,
  ) {
    this.redis = new Redis(redisUrl);
  }

  /** That of the nodes which run with these variables. */
  static of(env: Readonly<Record<string, string | undefined>>): EventStream {
    return new EventStream(env['REDIS_URL'] ?? '', `${env['REDIS_KEY_PREFIX'] ?? ''}chat:events`);
  }

  /** All that is on it, oldest first, as it was published. */
  async texts(): Promise<string[]> {
    const entries = await this.redis.xrange(this.name, '-', '+');
    return entries.map(([, fields]) => {
      const [field, text = '', ...more] = fields;
      if (field !== 'event' || more.length > 0) throw new Error(`not one field "event": ${fields.join()}`);
      return text;
    });
  }

  async events(): Promise<PublishedEvent[]> {
    return (await this.texts()).map((text) => JSON.parse(text) as PublishedEvent);
  }

  /** Leaves nothing of it in Redis. */
  async clear(): Promise<void> {
    await this.redis.del(this.name);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.redis.quit();
  }
}
