import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { NIL_UUID } from '../common/uuid';
import { TokenExpired, Unauthenticated } from './auth.errors';
import { type ExpectedClaims, JwtVerifier, LEEWAY_SECONDS, MAX_TOKEN_LENGTH } from './jwt-verifier';
import { FixedKeys } from './keys/fixed-keys';
import type { TokenHeader, VerificationKeys } from './keys/verification-keys';

type Signer = (input: string) => Buffer;
type Json = Record<string, unknown>;

const NOW_SECONDS = 1_780_000_000;
const ALICE = '0190a0b1-0000-7000-8000-00000000a11c';
const TENANT = '0190a0b1-0000-7000-8000-0000000000ff';
const SECRET = 'the-secret-that-signs-tokens-today';
const CLAIMS: Json = { sub: ALICE, exp: NOW_SECONDS + 600 };

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');

const hs256 =
  (secret: string): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();
const rs256 =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), key);
const es256: Signer = (input) =>
  sign('sha256', Buffer.from(input), { key: p256.privateKey, dsaEncoding: 'ieee-p1363' });
const edDsa: Signer = (input) => sign(null, Buffer.from(input), ed25519.privateKey);

beforeEach(() => {
  jest.useFakeTimers({ now: NOW_SECONDS * 1000 });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a token that can be believed', () => {
  it('says who it is, in lower case, and from when to when', async () => {
    const token = jwt({
      sub: ALICE.toUpperCase(),
      tenant: TENANT.toUpperCase(),
      iat: NOW_SECONDS - 60,
      exp: NOW_SECONDS + 60,
    });
    await expect(bySecret().verify(token)).resolves.toEqual({
      actor: { userId: ALICE, tenantId: TENANT },
      issuedAt: new Date((NOW_SECONDS - 60) * 1000),
      expiresAt: new Date((NOW_SECONDS + 60) * 1000),
    });
  });

  it('belongs to the nil tenant and has no time of issue when it names none', async () => {
    await expect(bySecret().verify(jwt(CLAIMS))).resolves.toMatchObject({
      actor: { tenantId: NIL_UUID },
      issuedAt: null,
    });
  });

  it.each([
    ['the current secret', SECRET],
    ['the secret before it', 'the-secret-that-signed-them-before'],
  ])('may be signed with %s', async (_which, secret) => {
    const verifier = bySecret(SECRET, 'the-secret-that-signed-them-before');
    await expect(verifier.verify(jwt(CLAIMS, hs256(secret)))).resolves.toBeDefined();
  });

  it.each([
    ['RS256', rsa.publicKey, rs256(rsa.privateKey)],
    ['ES256', p256.publicKey, es256],
    ['EdDSA', ed25519.publicKey, edDsa],
  ])('may be signed by %s, if that is the kind of the public key', async (alg, publicKey, signer) => {
    await expect(byPublicKey(publicKey).verify(jwt(CLAIMS, signer, { alg }))).resolves.toBeDefined();
  });

  it.each([
    ['an unknown key id, where keys have none', { kid: '../../../dev/null' }],
    ['an empty key id', { kid: '' }],
    [
      'a place to fetch keys from',
      { jku: 'https://evil.example/jwks.json', x5u: 'https://evil.example/cert' },
    ],
  ])('may carry %s: it is not looked at', async (_what, header) => {
    await expect(bySecret().verify(jwt(CLAIMS, hs256(SECRET), header))).resolves.toBeDefined();
  });
});

describe('the claims of a token', () => {
  it.each<[string, Json, RegExp]>([
    ['no expiry', { exp: undefined }, /exp/],
    ['an expiry that is text', { exp: String(NOW_SECONDS + 600) }, /exp/],
    ['an expiry that is null', { exp: null }, /exp/],
    ['an expiry that is no date', { exp: 1e300 }, /exp/],
    ['no subject', { sub: undefined }, /sub/],
    ['a subject that is no UUID', { sub: 'alice' }, /sub/],
    ['a subject that is a list', { sub: [ALICE] }, /sub/],
    ['a tenant that is no UUID', { tenant: 'acme' }, /tenant/],
    ['a tenant that is null', { tenant: null }, /tenant/],
    ['a tenant that is empty', { tenant: '' }, /tenant/],
    ['a time of issue that is text', { iat: 'yesterday' }, /iat/],
    ['a start that is text', { nbf: 'tomorrow' }, /nbf/],
  ])('are refused with %s', async (_what, change, detail) => {
    const refusal = await refusalOf(bySecret().verify(jwt({ ...CLAIMS, ...change })));
    expect(refusal).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringMatching(detail) as string,
    });
  });

  it.each<[string, Partial<ExpectedClaims>, Json, boolean]>([
    ['the expected issuer', { issuer: 'kaha' }, { iss: 'kaha' }, true],
    ['another issuer', { issuer: 'kaha' }, { iss: 'kaha2' }, false],
    ['a list with the issuer in it', { issuer: 'kaha' }, { iss: ['kaha'] }, false],
    ['no issuer', { issuer: 'kaha' }, {}, false],
    ['any issuer, where none is expected', {}, { iss: 'whoever' }, true],
    ['the expected audience', { audience: 'chat' }, { aud: 'chat' }, true],
    ['the expected audience among others', { audience: 'chat' }, { aud: ['shop', 'chat'] }, true],
    ['another audience', { audience: 'chat' }, { aud: 'shop' }, false],
    ['no audience', { audience: 'chat' }, {}, false],
  ])('with %s', async (_what, expected, change, accepted) => {
    const verifier = new JwtVerifier(FixedKeys.ofSecrets([SECRET]), {
      issuer: null,
      audience: null,
      ...expected,
    });
    const refusal = await refusalOf(verifier.verify(jwt({ ...CLAIMS, ...change })));
    expect(refusal?.code).toBe(accepted ? undefined : 'unauthenticated');
  });
});

describe('the time of a token', () => {
  it.each([
    ['before its expiry', -1, true],
    ['at its expiry', 0, true],
    ['in the last millisecond of the leeway', LEEWAY_SECONDS * 1000 - 1, true],
    ['when the leeway is over', LEEWAY_SECONDS * 1000, false],
    ['an hour later', 3_600_000, false],
  ])('%s', async (_when, millisecondsAfterExpiry, accepted) => {
    const token = jwt({ sub: ALICE, exp: NOW_SECONDS });
    jest.setSystemTime(NOW_SECONDS * 1000 + millisecondsAfterExpiry);
    const refusal = await refusalOf(bySecret().verify(token));
    if (accepted) expect(refusal).toBeUndefined();
    else expect(refusal).toBeInstanceOf(TokenExpired);
  });

  it.each([
    ['more than the leeway before its start', -LEEWAY_SECONDS * 1000 - 1, false],
    ['within the leeway', -LEEWAY_SECONDS * 1000, true],
    ['at its start', 0, true],
  ])('%s', async (_when, millisecondsAfterStart, accepted) => {
    const token = jwt({ ...CLAIMS, nbf: NOW_SECONDS });
    jest.setSystemTime(NOW_SECONDS * 1000 + millisecondsAfterStart);
    const refusal = await refusalOf(bySecret().verify(token));
    expect(refusal?.code).toBe(accepted ? undefined : 'unauthenticated');
  });

  it('is not told of a token that was forged: an expired forgery is just a forgery', async () => {
    const forged = jwt({ sub: ALICE, exp: 1 }, hs256('another secret of the right length'));
    expect(await refusalOf(bySecret().verify(forged))).toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a forged token', () => {
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const [header = '', payload = '', signature = ''] = jwt(CLAIMS).split('.');
  const mallory = base64url({ ...CLAIMS, sub: TENANT });
  const jwk = otherRsa.publicKey.export({ format: 'jwk' });

  it.each<[string, JwtVerifier, string]>([
    ['is empty', bySecret(), ''],
    ['is not a JWT', bySecret(), 'not-a-token'],
    ['has a part too many', bySecret(), `${jwt(CLAIMS)}.x`],
    ['is in two lines', bySecret(), `${jwt(CLAIMS)}\n`],
    ['has a header that is not JSON', bySecret(), `bm90anNvbg.${payload}.${signature}`],
    ['has a header that is a list', bySecret(), `${base64url([])}.${payload}.${signature}`],
    ['has a payload that is not an object', bySecret(), jwt([ALICE])],
    ['is not signed', bySecret(), `${base64url({ alg: 'none' })}.${payload}.`],
    [
      'says `none` and carries a signature',
      bySecret(),
      `${base64url({ alg: 'none' })}.${payload}.${signature}`,
    ],
    ['says `nOnE`', bySecret(), jwt(CLAIMS, hs256(SECRET), { alg: 'nOnE' })],
    ['names no algorithm', bySecret(), jwt(CLAIMS, hs256(SECRET), { alg: undefined })],
    ['names a stronger algorithm of the family', bySecret(), jwt(CLAIMS, hs256(SECRET), { alg: 'HS512' })],
    ['names two algorithms', bySecret(), jwt(CLAIMS, hs256(SECRET), { alg: ['HS256', 'none'] })],
    ['is signed with another secret', bySecret(), jwt(CLAIMS, hs256('another secret of the right length'))],
    ['is signed with the empty secret', bySecret(), jwt(CLAIMS, hs256(''))],
    ['has another payload', bySecret(), `${header}.${mallory}.${signature}`],
    ['has lost its signature', bySecret(), `${header}.${payload}.`],
    ['has half of its signature', bySecret(), `${header}.${payload}.${signature.slice(0, 20)}`],
    ['has critical extensions', bySecret(), jwt(CLAIMS, hs256(SECRET), { crit: ['exp'], exp: 1 })],
    ['has a known critical extension', bySecret(), jwt(CLAIMS, hs256(SECRET), { crit: ['b64'], b64: true })],
    ['has a key id that is an object', bySecret(), jwt(CLAIMS, hs256(SECRET), { kid: { $ne: null } })],
    ['is signed with the public key as secret', byPublicKey(rsa.publicKey), jwt(CLAIMS, hs256(publicPem))],
    [
      'says RS256 and is signed with the public key as secret',
      byPublicKey(rsa.publicKey),
      jwt(CLAIMS, hs256(publicPem), { alg: 'RS256' }),
    ],
    [
      'is signed by RSA where a secret is set',
      bySecret(),
      jwt(CLAIMS, rs256(rsa.privateKey), { alg: 'RS256' }),
    ],
    [
      'brings its own key along',
      byPublicKey(rsa.publicKey),
      jwt(CLAIMS, rs256(otherRsa.privateKey), { alg: 'RS256', jwk, jku: 'https://evil.example/jwks.json' }),
    ],
    [
      'has the all-zero ECDSA signature',
      byPublicKey(p256.publicKey),
      jwt(CLAIMS, () => Buffer.alloc(64), { alg: 'ES256' }),
    ],
    [
      'names another algorithm than the key’s',
      byPublicKey(p256.publicKey),
      jwt(CLAIMS, edDsa, { alg: 'EdDSA' }),
    ],
  ])('is refused when it %s', async (_how, verifier, token) => {
    const refusal = await refusalOf(verifier.verify(token));
    expect(refusal).toBeInstanceOf(Unauthenticated);
    // Details end up in clients' logs; no part of a token may.
    const parts = token.split('.').filter((part) => part.length > 0);
    for (const part of parts) expect(refusal?.message).not.toContain(part);
  });

  it('is refused for its size before any key is asked for', async () => {
    const keys = new CountingKeys();
    const huge = jwt({ ...CLAIMS, padding: 'x'.repeat(MAX_TOKEN_LENGTH) });
    expect(await refusalOf(judgeBy(keys).verify(huge))).toBeInstanceOf(Unauthenticated);
    expect(keys.asked).toEqual([]);
  });

  it.each<[string, Json]>([
    ['algorithm', { alg: 'RS256' }],
    ['critical extensions', { crit: ['exp'] }],
    ['key id', { kid: 7 }],
  ])('is refused for its %s before any key is asked for', async (_what, header) => {
    const keys = new CountingKeys();
    expect(await refusalOf(judgeBy(keys).verify(jwt(CLAIMS, hs256(SECRET), header)))).toBeDefined();
    expect(keys.asked).toEqual([]);
  });

  it('is refused, never a crash, whichever single character of a good one is changed', async () => {
    const verifier = bySecret();
    const good = jwt(CLAIMS);
    // The last character holds bits that belong to no byte: changing those alone changes nothing.
    for (let at = 0; at < good.length - 1; at++) {
      const forged = `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`;
      expect(await refusalOf(verifier.verify(forged))).toBeInstanceOf(Unauthenticated);
    }
  });
});

/** Has no keys, and writes down what it was asked. */
class CountingKeys implements VerificationKeys {
  readonly algorithms = ['HS256'] as const;
  readonly asked: TokenHeader[] = [];

  edition(): number {
    return 0;
  }

  candidatesFor(header: TokenHeader): Promise<readonly KeyObject[]> {
    this.asked.push(header);
    return Promise.resolve([]);
  }
}

function judgeBy(keys: VerificationKeys): JwtVerifier {
  return new JwtVerifier(keys, { issuer: null, audience: null });
}

function bySecret(...secrets: string[]): JwtVerifier {
  return judgeBy(FixedKeys.ofSecrets(secrets.length > 0 ? secrets : [SECRET]));
}

function byPublicKey(key: KeyObject): JwtVerifier {
  return judgeBy(FixedKeys.ofPublicKey(key.export({ type: 'spki', format: 'pem' }).toString()));
}

/** Made by hand: a library would refuse to make most of these. */
function jwt(claims: unknown, signer: Signer = hs256(SECRET), header: Json = {}): string {
  const input = `${base64url({ alg: 'HS256', typ: 'JWT', ...header })}.${base64url(claims)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function refusalOf(verdict: Promise<unknown>): Promise<Unauthenticated | TokenExpired | undefined> {
  try {
    await verdict;
    return undefined;
  } catch (error) {
    if (error instanceof Unauthenticated || error instanceof TokenExpired) return error;
    throw error;
  }
}
