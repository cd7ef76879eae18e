import type { Actor } from '../common/actor';

/** What a token that can be believed says. */
export interface VerifiedToken {
  readonly actor: Actor;
  /** Null when the token does not say (`iat`). */
  readonly issuedAt: Date | null;
  /** As the token says: the leeway for clocks that disagree is not in it. */
  readonly expiresAt: Date;
}

/** Judges tokens, for REST, sockets and server-sent events alike. */
export abstract class TokenVerifier {
  /**
   * @throws TokenExpired when nothing but its age is wrong with the token.
   * @throws Unauthenticated when it can not be believed for any other reason.
   * @throws DependencyUnavailable when the keys to judge it by are not to be had.
   */
  abstract verify(token: string): Promise<VerifiedToken>;
}
