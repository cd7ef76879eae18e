import type { Actor } from '../common/actor';
import { Unauthenticated } from './auth.errors';
import { Authenticator } from './authenticator';
import { TokenVerifier, type VerifiedToken } from './token-verifier';
import type { UserRegistry } from './user-registry';

const TOKEN: VerifiedToken = {
  actor: { userId: '0190a0b1-0000-7000-8000-00000000a11c', tenantId: '0190a0b1-0000-7000-8000-0000000000ff' },
  issuedAt: null,
  expiresAt: new Date('2026-06-01T12:00:00Z'),
};

class OneGoodToken extends TokenVerifier {
  verify(token: string): Promise<VerifiedToken> {
    return token === 'good' ? Promise.resolve(TOKEN) : Promise.reject(new Unauthenticated('no'));
  }
}

let recognised: Actor[];
let authenticator: Authenticator;

beforeEach(() => {
  recognised = [];
  const users: UserRegistry = {
    recognise: (actor) => {
      recognised.push(actor);
      return Promise.resolve();
    },
  };
  authenticator = new Authenticator(new OneGoodToken(), users);
});

describe('Authenticator', () => {
  it('makes somebody with a good token known as a user', async () => {
    await expect(authenticator.fromHeader('Bearer good')).resolves.toBe(TOKEN);
    await expect(authenticator.fromToken('good')).resolves.toBe(TOKEN);
    expect(recognised).toEqual([TOKEN.actor, TOKEN.actor]);
  });

  it.each([[undefined], [null], [''], [7], [['good']], [{ token: 'good' }], ['Bearer good'], ['bad']])(
    'lets nobody in by %p where a token should be',
    async (token) => {
      await expect(authenticator.fromToken(token)).rejects.toThrow(Unauthenticated);
      expect(recognised).toEqual([]);
    },
  );

  it.each([[undefined], ['good'], ['Bearer bad']])('lets nobody in by the header %p', async (header) => {
    await expect(authenticator.fromHeader(header)).rejects.toThrow(Unauthenticated);
    expect(recognised).toEqual([]);
  });
});
