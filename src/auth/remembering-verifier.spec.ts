import { Unauthenticated } from './auth.errors';
import { RememberingVerifier } from './remembering-verifier';
import { TokenVerifier, type VerifiedToken } from './token-verifier';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const ACTOR = {
  userId: '0190a0b1-0000-7000-8000-00000000a11c',
  tenantId: '0190a0b1-0000-7000-8000-0000000000ff',
};

/** Finds every token good for a minute, unless told otherwise, and counts its work. */
class FakeVerifier extends TokenVerifier {
  calls = 0;
  refuses = false;

  verify(): Promise<VerifiedToken> {
    this.calls++;
    if (this.refuses) return Promise.reject(new Unauthenticated('no'));
    return Promise.resolve({ actor: ACTOR, issuedAt: null, expiresAt: new Date(NOW + 60_000) });
  }
}

let edition: number;
let judge: FakeVerifier;
let verifier: RememberingVerifier;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  edition = 0;
  judge = new FakeVerifier();
  verifier = new RememberingVerifier(judge, { edition: () => edition });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('RememberingVerifier', () => {
  it('judges a token once', async () => {
    const first = await verifier.verify('a.b.c');
    await expect(verifier.verify('a.b.c')).resolves.toEqual(first);
    expect(judge.calls).toBe(1);
  });

  it.each([
    ['the signature', 'a.b.x'],
    ['the payload', 'a.x.c'],
    ['the header', 'x.b.c'],
  ])('takes a token that differs in %s for another', async (_what, other) => {
    await verifier.verify('a.b.c');
    judge.refuses = true;
    await expect(verifier.verify(other)).rejects.toThrow(Unauthenticated);
  });

  it('does not remember a refusal', async () => {
    judge.refuses = true;
    await expect(verifier.verify('a.b.c')).rejects.toThrow(Unauthenticated);
    judge.refuses = false;
    await expect(verifier.verify('a.b.c')).resolves.toBeDefined();
  });

  it('judges anew from the moment a token expires, also when the clock has jumped there', async () => {
    await verifier.verify('a.b.c');
    judge.refuses = true;
    jest.setSystemTime(NOW + 59_999);
    await expect(verifier.verify('a.b.c')).resolves.toBeDefined();
    jest.setSystemTime(NOW + 60_000);
    await expect(verifier.verify('a.b.c')).rejects.toThrow(Unauthenticated);
  });

  it('judges anew when the keys have changed', async () => {
    await verifier.verify('a.b.c');
    judge.refuses = true;
    edition++;
    await expect(verifier.verify('a.b.c')).rejects.toThrow(Unauthenticated);
  });

  it('does not keep what was judged by keys that changed meanwhile', async () => {
    const verdict = verifier.verify('a.b.c');
    edition++;
    await verdict;
    judge.refuses = true;
    await expect(verifier.verify('a.b.c')).rejects.toThrow(Unauthenticated);
  });
});
