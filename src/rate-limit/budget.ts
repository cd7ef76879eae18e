import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from './rate-limited.error';
import type { SharedCounts } from './shared-counts';
import type { Policy, Standing } from './standing';

const MOST_REMEMBERED = 20_000;
/** Who asks often is given so much of their limit at once, and the next charges cost no round trip. */
const ADVANCE = 1 / 20;
/** Past this part of a limit nothing is given in advance: what one node holds, another would have to refuse. */
const COUNTED_ONE_BY_ONE_FROM = 0.75;

/** What this process knows of one key in its present window. */
interface Account {
  /** Counted already, and not spent. */
  left: number;
  /** By all nodes, as far as is known here. */
  counted: number;
  /** When the window ends, by the monotonic clock. */
  until: number;
  /** Charges that wait for the answer under way. */
  waiting: number;
  asking?: Promise<void>;
}

/**
 * What each key may spend in a window. Counted in Redis, by all nodes together; while Redis is away each process
 * counts for itself, at once and from nothing, so that there is a limit at all times and nobody waits for it.
 */
export class Budget {
  private readonly shared: RateLimiterRedis;
  private readonly own: RateLimiterMemory;
  private readonly accounts = new LRUCache<string, Account>({ max: MOST_REMEMBERED });

  constructor(
    readonly policy: Policy,
    private readonly counts: SharedCounts,
  ) {
    const limits = { points: policy.limit, duration: policy.seconds, keyPrefix: '' };
    this.own = new RateLimiterMemory(limits);
    this.shared = new RateLimiterRedis({ ...limits, storeClient: counts.client });
  }

  /**
   * Takes one of `key`. The answer is there at once where something is left of what was counted before.
   *
   * @throws RateLimited when there is none left.
   */
  charge(key: string): Standing | Promise<Standing> {
    const account = this.accountOf(key);
    return this.take(account) ?? this.askAndTake(key, account);
  }

  /** @returns undefined where all nodes have to be asked first. */
  private take(account: Account): Standing | undefined {
    const leftMs = account.until - performance.now();
    if (leftMs <= 0) account.left = account.counted = 0;
    if (account.left > 0) return this.spend(account, leftMs);
    // Refusing costs no round trip. The library can do this too, but by the wall clock, which may jump.
    if (account.counted >= this.policy.limit) throw new RateLimited(this.policy, wholeSeconds(leftMs));
    return undefined;
  }

  private async askAndTake(key: string, account: Account): Promise<Standing> {
    for (;;) {
      await this.moreFor(key, account);
      const standing = this.take(account);
      if (standing !== undefined) return standing;
    }
  }

  private accountOf(key: string): Account {
    const known = this.accounts.get(key);
    if (known !== undefined) return known;
    const account: Account = { left: 0, counted: 0, until: -Infinity, waiting: 0 };
    this.accounts.set(key, account);
    return account;
  }

  private spend(account: Account, leftMs: number): Standing {
    account.left--;
    const spent = Math.min(account.counted, this.policy.limit) - account.left;
    return { remaining: this.policy.limit - spent, resetSeconds: wholeSeconds(leftMs) };
  }

  /** One question at a time for a key; whoever comes meanwhile is asked for together. */
  private async moreFor(key: string, account: Account): Promise<void> {
    if (account.asking !== undefined) {
      account.waiting++;
      return account.asking.finally(() => account.waiting--);
    }
    const wanted = 1 + account.waiting + this.advanceFor(account);
    account.asking = this.ask(key, account, wanted).finally(() => (account.asking = undefined));
    return account.asking;
  }

  private advanceFor({ counted }: Account): number {
    const { limit } = this.policy;
    return counted > 0 && counted < limit * COUNTED_ONE_BY_ONE_FROM ? Math.floor(limit * ADVANCE) : 0;
  }

  private async ask(key: string, account: Account, wanted: number): Promise<void> {
    const { consumedPoints, msBeforeNext } = await this.count(key, wanted);
    // The wall clock is in what this process counts for itself, so it is not believed beyond a window.
    account.until = performance.now() + Math.min(msBeforeNext, this.policy.seconds * 1_000);
    account.left = Math.max(0, wanted - Math.max(0, consumedPoints - this.policy.limit));
    account.counted = consumedPoints;
  }

  private async count(key: string, points: number): Promise<RateLimiterRes> {
    if (this.counts.available) {
      try {
        return await consumed(this.shared, this.counts.key(key), points);
      } catch (err) {
        this.counts.failed(err);
      }
    }
    return consumed(this.own, key, points);
  }
}

/** The library throws what it counted when that is beyond the limit. */
async function consumed(
  limiter: RateLimiterRedis | RateLimiterMemory,
  key: string,
  points: number,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key, points);
  } catch (outcome) {
    if (outcome instanceof RateLimiterRes) return outcome;
    throw outcome;
  }
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
