import { LRUCache } from 'lru-cache';
import type { VerificationKeys } from './keys/verification-keys';
import { TokenVerifier, type VerifiedToken } from './token-verifier';

/** As many as the sockets one process takes by default. */
const MAX_TOKENS = 20_000;

/** All of them together, in characters, which are bytes here. */
const MAX_TOTAL_LENGTH = 16 * 1024 * 1024;

interface Verdict {
  readonly token: VerifiedToken;
  readonly edition: number;
}

/**
 * Remembers which tokens were good, so that a client's next request costs a look-up and not a signature.
 * - The key is the whole token: two tokens that differ anywhere never share a verdict.
 * - Only successes are kept. A refusal costs as much the second time, and nobody can fill the memory with them.
 * - A verdict is never older than the keys it was reached by: each carries their edition as it was before the
 *   judging began, and counts for that edition only.
 * - It never outlives the token: `exp` is checked at every look-up, by the wall clock, which may jump. In the
 *   leeway after `exp` the token is judged anew each time.
 */
export class RememberingVerifier extends TokenVerifier {
  private readonly verdicts = new LRUCache<string, Verdict>({
    max: MAX_TOKENS,
    maxSize: MAX_TOTAL_LENGTH,
    sizeCalculation: (_verdict, token) => token.length,
  });

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly keys: Pick<VerificationKeys, 'edition'>,
  ) {
    super();
  }

  async verify(token: string): Promise<VerifiedToken> {
    const edition = this.keys.edition();
    const verdict = this.verdicts.get(token);
    if (verdict?.edition === edition && verdict.token.expiresAt.getTime() > Date.now()) return verdict.token;
    this.verdicts.delete(token);
    const verified = await this.verifier.verify(token);
    this.verdicts.set(token, { token: verified, edition });
    return verified;
  }
}
