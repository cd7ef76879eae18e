const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** About a minute and a half. What the bus refuses for longer than that, it refuses for good. */
const MOST_ATTEMPTS = 8;

interface Refusal {
  attempts: number;
  nextAt: number;
}

/**
 * Conversations whose next event the bus would not take. Their events wait, so that they keep their order; no other
 * waits for them. Knows no clock: times are given to it, in milliseconds.
 */
export class RefusedEvents {
  private readonly refusals = new Map<string, Refusal>();

  /** @returns whether the event is to be given up. */
  refused(key: string, now: number): boolean {
    const attempts = (this.refusals.get(key)?.attempts ?? 0) + 1;
    const nextAt = now + Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
    this.refusals.set(key, { attempts, nextAt });
    return attempts >= MOST_ATTEMPTS;
  }

  /** An event of this conversation was taken, or given up. */
  passed(key: string): void {
    this.refusals.delete(key);
  }

  /** Conversations whose turn to try again has not come. */
  waiting(now: number): string[] {
    return [...this.refusals].flatMap(([key, { nextAt }]) => (nextAt > now ? [key] : []));
  }
}
