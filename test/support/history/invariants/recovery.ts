import type { Attempt } from '../history';
import { healedFrom, type Invariant, type Observed } from './invariant';

const FIRST_OK_WITHIN_MS = 5_000;
const ALL_WELL_AFTER_MS = 10_000;

/** I10: when nothing is broken any more all is well again, by itself and soon. */
export const recovery: Invariant = (seen) => {
  const last = Math.max(0, ...seen.attempts.map(({ invokedAt }) => invokedAt));
  return calms(seen, last).flatMap(({ from, to }) => {
    const [first, later] = [from + FIRST_OK_WITHIN_MS, from + ALL_WELL_AFTER_MS];
    const ok = seen.attempts.some(
      ({ outcome, endedAt }) =>
        outcome.phase === 'ok' && endedAt !== null && endedAt > from && endedAt <= first,
    );
    const failed = seen.attempts.filter((attempt) => attempt.invokedAt > later && failedWithin(attempt, to));
    return [
      ...(to > first && !ok ? [`nothing was answered well within ${FIRST_OK_WITHIN_MS} ms of healing`] : []),
      ...(failed.length > 0
        ? [
            `${failed.length} failed ${ALL_WELL_AFTER_MS} ms and more after healing, as ${failed[0]?.outcome.reason}`,
          ]
        : []),
    ];
  });
};

interface Calm {
  readonly from: number;
  readonly to: number;
}

/** From each healing to what broke next, or to the end. */
function calms(seen: Observed, end: number): Calm[] {
  const ends = new Set(seen.troubles.map(({ until }) => healedFrom(seen, until ?? Infinity)));
  return [...ends].filter(Number.isFinite).map((from) => {
    const next = seen.troubles.map((trouble) => trouble.from).filter((at) => at > from);
    return { from, to: Math.min(end, ...next) };
  });
}

function failedWithin({ outcome, endedAt }: Attempt, to: number): boolean {
  return outcome.phase === 'info' && endedAt !== null && endedAt < to;
}
