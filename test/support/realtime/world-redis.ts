import { Redis } from 'ioredis';

/** What the nodes of one world keep in Redis. */
export class WorldRedis {
  private constructor(
    readonly client: Redis,
    private readonly prefix: string,
  ) {}

  /** @param environment of its nodes. */
  static of({ REDIS_URL = '', REDIS_KEY_PREFIX = '' }: Readonly<Record<string, string>>): WorldRedis {
    return new WorldRedis(new Redis(REDIS_URL), REDIS_KEY_PREFIX);
  }

  get(key: string): Promise<string | null> {
    return this.client.get(this.prefix + key);
  }

  set(key: string, value: string): Promise<unknown> {
    return this.client.set(this.prefix + key, value);
  }

  ttl(key: string): Promise<number> {
    return this.client.ttl(this.prefix + key);
  }

  /** @returns how many listen there. */
  publish(channel: string, text: string): Promise<number> {
    return this.client.publish(this.prefix + channel, text);
  }

  /** As FLUSHALL, for this world alone: others share the server. */
  async flush(): Promise<void> {
    const keys = await this.client.keys(`${this.prefix}*`);
    if (keys.length > 0) await this.client.unlink(...keys);
  }

  close(): Promise<unknown> {
    return this.client.quit();
  }
}
