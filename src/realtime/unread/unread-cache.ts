import { Injectable } from '@nestjs/common';
import { tenantKey } from '../../common/tenant-key';
import type { Unread, UnreadPair } from '../../conversations';
import { RedisConnections, RedisHealth } from '../../redis';

/** What nobody tends to any more, because its node is gone, is soon gone too. */
const KEPT_SECONDS = 60;

/**
 * A count that is older than the one there is does not replace it: two nodes write for somebody with devices at both,
 * and the one that looked first may be the last to write.
 */
const WRITE = `
for i, key in ipairs(KEYS) do
  local known = redis.call('GET', key)
  local asOf = known and tonumber(string.match(known, '^%d+:(%d+)$'))
  if not asOf or asOf <= tonumber(ARGV[2 * i + 1]) then
    redis.call('SET', key, ARGV[2 * i] .. ':' .. ARGV[2 * i + 1], 'EX', ARGV[1])
  end
end`;

/**
 * `unread:{user}:{conversation}` in Redis: `<count>:<as of>`, for people who have a device somewhere. It is written and
 * never believed: every answer comes from Postgres (docs/adr/0010). Nothing here throws, Redis may be away.
 */
@Injectable()
export class UnreadCache {
  constructor(
    private readonly connections: RedisConnections,
    private readonly health: RedisHealth,
  ) {}

  /** In one command. */
  async write(counts: readonly Unread[]): Promise<void> {
    if (counts.length === 0) return;
    const values = counts.flatMap(({ unreadCount, asOf }) => [unreadCount, asOf]);
    await this.ask((redis) =>
      redis.eval(WRITE, counts.length, ...counts.map((pair) => this.key(pair)), KEPT_SECONDS, ...values),
    );
  }

  async forget(pairs: readonly UnreadPair[]): Promise<void> {
    if (pairs.length === 0) return;
    await this.ask((redis) => redis.unlink(...pairs.map((pair) => this.key(pair))));
  }

  /** What is there of each, in their order: null where there is nothing, or Redis is away. */
  async read(pairs: readonly UnreadPair[]): Promise<(string | null)[]> {
    const nothing = pairs.map(() => null);
    if (pairs.length === 0) return nothing;
    return (await this.ask((redis) => redis.mget(...pairs.map((pair) => this.key(pair))))) ?? nothing;
  }

  private async ask<T>(command: (redis: RedisConnections['commands']) => Promise<T>): Promise<T | undefined> {
    if (!this.health.healthy) return undefined;
    return command(this.connections.commands).catch(() => undefined);
  }

  private key({ tenantId, userId, conversationId }: UnreadPair): string {
    return this.connections.key(tenantKey(tenantId, `unread:${userId}:${conversationId}`));
  }
}

/** Whether a value of the cache says what this count says. */
export function says(value: string, { unreadCount }: Unread): boolean {
  return value.startsWith(`${unreadCount}:`);
}
