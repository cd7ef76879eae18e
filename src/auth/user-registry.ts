import type { VerifiedToken } from './token-verifier';

/**
 * Told of every token that was found good, before anything is done for its bearer. Whoever owns users implements it
 * and provides it to the application (auth knows no users, so that users may have doors of their own).
 */
export abstract class UserRegistry {
  /**
   * Asked about each request anew: what is remembered of a token does not outlive its revocation.
   *
   * @throws Unauthenticated when the token was revoked; DependencyUnavailable
   */
  abstract recognise(token: VerifiedToken): Promise<void>;
}
