import { ValidationFailed } from '../../src/common/problem';
import type { PollPayload } from './poll';

/**
 * The longest a poll stays open, and how long it does if nobody says. The service promises to know an idempotency
 * key for as long, and so the result, which has one, can not be posted a second time while votes still come in.
 */
export const LONGEST_OPEN_MS = 7 * 24 * 60 * 60 * 1_000;

/** @throws ValidationFailed when `asked` is in the past or too far ahead. */
export function closingTime(asked: string | undefined, now: Date): string {
  const latest = now.getTime() + LONGEST_OPEN_MS;
  const closing = asked === undefined ? latest : Date.parse(asked);
  if (!(closing > now.getTime() && closing <= latest)) {
    throw ValidationFailed.of('payload.closesAt', 'must be a time in the next 7 days');
  }
  return new Date(closing).toISOString();
}

export function isClosed({ closesAt }: PollPayload, now: Date): boolean {
  return now.toISOString() > closesAt;
}
