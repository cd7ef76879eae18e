import { DomainError } from '../common/problem';
import { type Policy, standingHeaders } from './standing';

/** Asked too often. A socket has no headers, so the sentence says when to try again as well. */
export class RateLimited extends DomainError {
  constructor(policy: Policy, resetSeconds: number) {
    const { what, limit, seconds } = policy;
    super('rate_limited', `At most ${limit} ${what} in ${seconds} s. Try again in ${resetSeconds} s.`, {
      retryAfterSeconds: resetSeconds,
      headers: standingHeaders(policy, { remaining: 0, resetSeconds }),
    });
  }
}
