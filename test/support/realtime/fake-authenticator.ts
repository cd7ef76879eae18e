import { TokenExpired, Unauthenticated, type VerifiedToken } from '../../../src/auth';
import { NIL_UUID } from '../../../src/common/uuid';

/** Takes `<user id>[ <seconds to live>]` for a token, and a few words that are none. */
export class FakeAuthenticator {
  async fromToken(token: unknown): Promise<VerifiedToken> {
    if (typeof token !== 'string') throw new Unauthenticated('Send a token.');
    if (token === 'expired') throw new TokenExpired();
    if (token === 'fault') throw new Error('password of the database is hunter2');
    const [userId = '', seconds = '3600'] = token.split(' ');
    if (userId.length !== 36) throw new Unauthenticated('The token is not a valid JWT.');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return {
      actor: { tenantId: NIL_UUID, userId },
      issuedAt: null,
      expiresAt: new Date(Date.now() + Number(seconds) * 1_000),
    };
  }

  fromHeader(authorization: string | undefined): Promise<VerifiedToken> {
    return this.fromToken(authorization?.replace(/^Bearer /, ''));
  }
}
