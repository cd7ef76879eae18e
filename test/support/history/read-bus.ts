import { Redis } from 'ioredis';
import type { BusEvent } from './final-state';

const ENTRIES_AT_ONCE = 1_000;

export interface BusAddress {
  readonly redisUrl: string;
  readonly redisKeyPrefix: string;
}

/** All events there are on the bus, in their order. */
export async function readBus({ redisUrl, redisKeyPrefix }: BusAddress): Promise<BusEvent[]> {
  const redis = new Redis(redisUrl);
  const events: BusEvent[] = [];
  try {
    for (let from = '-'; ;) {
      const entries = await redis.xrange(`${redisKeyPrefix}chat:events`, from, '+', 'COUNT', ENTRIES_AT_ONCE);
      events.push(...entries.map(([, [, text = '']]) => JSON.parse(text) as BusEvent));
      const last = entries.at(-1)?.[0];
      if (last === undefined || entries.length < ENTRIES_AT_ONCE) return events;
      from = `(${last}`;
    }
  } finally {
    redis.disconnect();
  }
}

/** Where the bus of a world is, by what its nodes are told. */
export function busOf({
  environment,
}: {
  readonly environment: Readonly<Record<string, string>>;
}): BusAddress {
  const { REDIS_URL: redisUrl = '', REDIS_KEY_PREFIX: redisKeyPrefix = '' } = environment;
  return { redisUrl, redisKeyPrefix };
}
