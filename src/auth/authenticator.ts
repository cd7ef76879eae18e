import { Injectable } from '@nestjs/common';
import { Unauthenticated } from './auth.errors';
import { bearerToken } from './bearer';
import { TokenVerifier, type VerifiedToken } from './token-verifier';
import { UserRegistry } from './user-registry';

/** Who is calling: the one answer for the REST guard and the socket handshake. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly users: UserRegistry,
  ) {}

  /**
   * @param authorization the header as it came.
   * @throws Unauthenticated, TokenExpired, DependencyUnavailable
   */
  async fromHeader(authorization: string | undefined): Promise<VerifiedToken> {
    return this.fromToken(bearerToken(authorization));
  }

  /**
   * @param token whatever a client sent where a token should be.
   * @throws Unauthenticated, TokenExpired, DependencyUnavailable
   */
  async fromToken(token: unknown): Promise<VerifiedToken> {
    if (typeof token !== 'string' || token === '') throw new Unauthenticated('Send a token.');
    const verified = await this.tokens.verify(token);
    await this.users.recognise(verified);
    return verified;
  }
}
