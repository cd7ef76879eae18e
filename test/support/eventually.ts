import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 20;

/**
 * Asks again and again until `claim` holds, that is, throws no more.
 *
 * @returns what it returned then.
 * @throws Error with what it threw last, which for an `expect` is the last state it saw.
 */
export async function eventually<T>(claim: () => T | Promise<T>, withinMs = 5_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > deadline) throw stillUntrue(withinMs, error);
    }
    await delay(EVERY_MS);
  }
}

function stillUntrue(afterMs: number, cause: unknown): Error {
  const last = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Still not so after ${afterMs} ms. At last:\n${last}`, { cause });
}
