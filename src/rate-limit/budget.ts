import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from './rate-limited.error';
import type { SharedCounts } from './shared-counts';
import type { Policy, Standing } from './standing';

const MOST_REMEMBERED = 10_000;

/**
 * What each key may spend in a window. Counted in Redis, by all nodes together; while Redis is away each process
 * counts for itself, at once and from nothing, so that there is a limit at all times and nobody waits for it.
 */
export class Budget {
  private readonly shared: RateLimiterRedis;
  private readonly own: RateLimiterMemory;
  /**
   * Who has spent everything, and until when: refusing them costs no round trip. The library can do this too, but
   * by the wall clock: once that jumps back, it would refuse them for as long as it jumped.
   */
  private readonly spent = new LRUCache<string, number>({ max: MOST_REMEMBERED });

  constructor(
    readonly policy: Policy,
    private readonly counts: SharedCounts,
  ) {
    const limits = { points: policy.limit, duration: policy.seconds, keyPrefix: '' };
    this.own = new RateLimiterMemory(limits);
    this.shared = new RateLimiterRedis({ ...limits, storeClient: counts.client });
  }

  /**
   * Takes one of `key`.
   *
   * @throws RateLimited when there is none left.
   */
  async charge(key: string): Promise<Standing> {
    const now = performance.now();
    const until = this.spent.get(key) ?? now;
    if (until > now) throw this.refusal(until - now);
    const { consumedPoints, msBeforeNext } = await this.count(key);
    // The wall clock is in what this process counts for itself, so it is not believed beyond a window.
    const leftMs = Math.min(msBeforeNext, this.policy.seconds * 1_000);
    if (consumedPoints >= this.policy.limit) this.spent.set(key, performance.now() + leftMs);
    if (consumedPoints > this.policy.limit) throw this.refusal(leftMs);
    return { remaining: this.policy.limit - consumedPoints, resetSeconds: wholeSeconds(leftMs) };
  }

  private async count(key: string): Promise<RateLimiterRes> {
    if (this.counts.available) {
      try {
        return await consumed(this.shared, this.counts.key(key));
      } catch (err) {
        this.counts.failed(err);
      }
    }
    return consumed(this.own, key);
  }

  private refusal(leftMs: number): RateLimited {
    return new RateLimited(this.policy, wholeSeconds(leftMs));
  }
}

/** The library throws what it counted when that is beyond the limit. */
async function consumed(limiter: RateLimiterRedis | RateLimiterMemory, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (outcome) {
    if (outcome instanceof RateLimiterRes) return outcome;
    throw outcome;
  }
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
