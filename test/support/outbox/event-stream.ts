import { Redis } from 'ioredis';
import type { ChatEvent } from '../../../src/outbox';
import type { World } from '../world';

/** An event as other services read it. */
export type PublishedEvent = Omit<ChatEvent<Record<string, unknown>>, 'occurredAt'> & {
  readonly occurredAt: string;
};

/** What the nodes of a world have published, read as another service would. */
export class EventStream {
  private readonly redis: Redis;
  private readonly name: string;

  constructor(world: World) {
    const { REDIS_URL = '', REDIS_KEY_PREFIX = '' } = world.environment;
    this.redis = new Redis(REDIS_URL);
    this.name = `${REDIS_KEY_PREFIX}chat:events`;
  }

  /** Everything, as often as it was published. */
  async all(): Promise<PublishedEvent[]> {
    const entries = await this.redis.xrange(this.name, '-', '+');
    return entries.map(([, [, text = '']]) => JSON.parse(text) as PublishedEvent);
  }

  /** Of one conversation, each at its first appearance. */
  async of(key: string): Promise<PublishedEvent[]> {
    const seen = new Set<string>();
    return (await this.all()).filter((event) => {
      const isFirst = event.key === key && !seen.has(event.eventId);
      seen.add(event.eventId);
      return isFirst;
    });
  }

  async close(): Promise<void> {
    await this.redis.del(this.name);
    await this.redis.quit();
  }
}
