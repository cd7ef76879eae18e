import type { Attempt } from '../history';
import { type Invariant, type Observed } from './invariant';

/** The service has five seconds; the way to it, on a machine that does much else, has the rest. */
const WITHIN_MS = 5_500;

/** I9: every answer comes in time; an outage is a 503 that says when to come again, never a 500. */
export const promptAnswers: Invariant = (seen) =>
  seen.attempts.flatMap((attempt) => {
    const { endedAt, invokedAt, outcome, door } = attempt;
    const asked = `${attempt.action.kind} by ${door} at node ${attempt.node}`;
    const took = (endedAt ?? Infinity) - invokedAt;
    return [
      ...(took > WITHIN_MS && !severed(seen, attempt) ? [`${asked} took ${Math.round(took)} ms`] : []),
      ...(outcome.status !== null && outcome.status >= 500 && outcome.status !== 503
        ? [`${asked} was answered with ${outcome.status}`]
        : []),
      ...(outcome.status === 503 && door === 'rest' && !((outcome.retryAfter ?? 0) > 0)
        ? [`${asked} was answered with 503 and no Retry-After`]
        : []),
    ];
  });

/** The way to the node was closed while it was on it. */
function severed({ troubles }: Observed, { node, invokedAt, endedAt }: Attempt): boolean {
  return troubles.some(
    (trouble) =>
      trouble.severs &&
      (trouble.node === null || trouble.node === node) &&
      trouble.from < (endedAt ?? Infinity) &&
      (trouble.until ?? Infinity) > invokedAt,
  );
}
