import { Unauthenticated } from './auth.errors';
import { Authenticator } from './authenticator';
import { RememberingVerifier } from './remembering-verifier';
import { TokenVerifier, type VerifiedToken } from './token-verifier';
import type { UserRegistry } from './user-registry';

const TOKEN: VerifiedToken = {
  actor: { userId: '0190a0b1-0000-7000-8000-00000000a11c', tenantId: '0190a0b1-0000-7000-8000-0000000000ff' },
  issuedAt: null,
  expiresAt: new Date('2099-06-01T12:00:00Z'),
};

class OneGoodToken extends TokenVerifier {
  verify(token: string): Promise<VerifiedToken> {
    return token === 'good' ? Promise.resolve(TOKEN) : Promise.reject(new Unauthenticated('no'));
  }
}

let recognised: VerifiedToken[];
let revoked: boolean;
let users: UserRegistry;
let authenticator: Authenticator;

beforeEach(() => {
  recognised = [];
  revoked = false;
  users = {
    recognise: (token) => {
      recognised.push(token);
      return revoked ? Promise.reject(new Unauthenticated('revoked')) : Promise.resolve();
    },
  };
  authenticator = new Authenticator(new OneGoodToken(), users);
});

describe('Authenticator', () => {
  it('makes somebody with a good token known as a user', async () => {
    await expect(authenticator.fromHeader('Bearer good')).resolves.toBe(TOKEN);
    await expect(authenticator.fromToken('good')).resolves.toBe(TOKEN);
    expect(recognised).toEqual([TOKEN, TOKEN]);
  });

  it('lets nobody in by a token that was revoked, also if it was remembered to be good', async () => {
    const verifier = new RememberingVerifier(new OneGoodToken(), { edition: () => 1 });
    const remembering = new Authenticator(verifier, users);
    await expect(remembering.fromToken('good')).resolves.toBe(TOKEN);
    revoked = true;
    await expect(remembering.fromToken('good')).rejects.toThrow(Unauthenticated);
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
