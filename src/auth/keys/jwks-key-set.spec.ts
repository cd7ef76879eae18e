import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { SignJWT } from 'jose';
import { JwtVerifier } from '../jwt-verifier';
import { JwksKeySet } from './jwks-key-set';
import type { TokenHeader } from './verification-keys';

const OLD = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const NEW = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const AWAY: RequestListener = (request) => request.socket.destroy();

/** An issuer whose endpoint can be away or wrong, and which counts how often it is asked. */
class FakeIssuer {
  published: Record<string, KeyObject> = { old: OLD };
  /** What it answers instead of its keys. */
  fault: RequestListener | null = null;
  requests = 0;
  private readonly server: Server = createServer((request, response) => {
    this.requests++;
    if (this.fault === null) response.end(this.keySet());
    else this.fault(request, response);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private keySet(): string {
    const keys = Object.entries(this.published).map(([kid, key]) => ({
      ...key.export({ format: 'jwk' }),
      kid,
    }));
    return JSON.stringify({ keys });
  }
}

let issuer: FakeIssuer;
let keys: JwksKeySet;
let now: number;

beforeEach(async () => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  now = 0;
  issuer = new FakeIssuer();
  keys = new JwksKeySet(await issuer.start(), () => now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await issuer.stop();
});

describe('a key', () => {
  it('is found by its id', async () => {
    issuer.published = { old: OLD, new: NEW };
    await expect(keys.candidatesFor(rs256('new'))).resolves.toEqual([same(NEW)]);
  });

  it('may be any of its algorithm when the token names none', async () => {
    issuer.published = { old: OLD, new: NEW, other: generateKeyPairSync('ed25519').publicKey };
    await expect(keys.candidatesFor(rs256(undefined))).resolves.toEqual([same(OLD), same(NEW)]);
  });

  it('is not found by its id under another algorithm', async () => {
    await expect(keys.candidatesFor({ algorithm: 'ES256', keyId: 'old' })).resolves.toEqual([]);
  });
});

describe('the endpoint', () => {
  it('is asked once by all who wait at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => keys.candidatesFor(rs256('old'))));
    expect(answers).toEqual(Array.from({ length: 100 }, () => [same(OLD)]));
    expect(issuer.requests).toBe(1);
  });

  it('is not asked again for a key that is known', async () => {
    for (let i = 0; i < 10; i++) await keys.candidatesFor(rs256('old'));
    expect(issuer.requests).toBe(1);
  });

  it('is asked at most once in 30 s, however many key ids are invented', async () => {
    await keys.candidatesFor(rs256('old'));
    for (now = 0; now < 5 * MINUTE; now += SECOND) {
      await expect(keys.candidatesFor(rs256(`invented-${now}`))).resolves.toEqual([]);
    }
    expect(issuer.requests).toBe(1 + 9);
  });

  it('is asked again for a key that is new', async () => {
    await keys.candidatesFor(rs256('old'));
    issuer.published = { old: OLD, new: NEW };
    now += 30 * SECOND;
    await expect(keys.candidatesFor(rs256('new'))).resolves.toEqual([same(NEW)]);
  });

  it('is asked in the background when the keys are old', async () => {
    await keys.candidatesFor(rs256('old'));
    issuer.published = { new: NEW };
    now += 10 * MINUTE;
    keys.edition();
    await expect(keys.candidatesFor(rs256('old'))).resolves.toEqual([same(OLD)]);
    // Joins the fetch that is under way.
    await expect(keys.candidatesFor(rs256('new'))).resolves.toEqual([same(NEW)]);
    await expect(keys.candidatesFor(rs256('old'))).resolves.toEqual([]);
    expect(issuer.requests).toBe(2);
  });
});

describe('a wrong answer of the endpoint', () => {
  it.each<[string, RequestListener]>([
    ['an error', (_request, response) => response.writeHead(500).end('{"keys":[]}')],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/' }).end()],
    ['garbage', (_request, response) => response.end('<html>Welcome to the hotel’s network</html>')],
    ['JSON that is no key set', (_request, response) => response.end('{"error":"busy"}')],
    [
      'more than a key set ever is',
      (_request, response) => response.end(' '.repeat(256 * 1024) + '{"keys":[]}'),
    ],
  ])('counts as no answer: %s', async (_what, fault) => {
    await keys.candidatesFor(rs256('old'));
    issuer.fault = fault;
    now += 10 * MINUTE;
    await expect(keys.candidatesFor(rs256('new'))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(keys.candidatesFor(rs256('old'))).resolves.toEqual([same(OLD)]);
    expect(issuer.requests).toBe(2);
  });
});

describe('a token signed by a published key', () => {
  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ])('is believed: %s', async (alg, { publicKey, privateKey }) => {
    issuer.published = { old: OLD, current: publicKey };
    const sub = '0190a0b1-0000-7000-8000-00000000a11c';
    const draft = new SignJWT({ sub }).setProtectedHeader({ alg, kid: 'current' }).setExpirationTime('1 min');
    const verifier = new JwtVerifier(keys, { issuer: null, audience: null });
    await expect(verifier.verify(await draft.sign(privateKey))).resolves.toMatchObject({
      actor: { userId: sub },
    });
  });
});

describe('the edition', () => {
  it('changes with the keys, and only then', async () => {
    await keys.candidatesFor(rs256('old'));
    const first = keys.edition();
    now += MINUTE;
    await keys.candidatesFor(rs256('new'));
    expect(keys.edition()).toBe(first);
    issuer.published = { new: NEW };
    now += MINUTE;
    await keys.candidatesFor(rs256('new'));
    expect(keys.edition()).not.toBe(first);
  });
});

describe('while the endpoint is away', () => {
  it('nobody can be judged if there never were keys, which is not the token’s fault', async () => {
    issuer.fault = AWAY;
    await expect(keys.candidatesFor(rs256('old'))).rejects.toMatchObject({
      code: 'unavailable',
      dependency: 'jwks',
    });
  });

  it('it is asked every 2 s until there are keys', async () => {
    issuer.fault = AWAY;
    for (now = 0; now < 10 * SECOND; now += 100) {
      await expect(keys.candidatesFor(rs256('old'))).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(issuer.requests).toBe(5);
    issuer.fault = null;
    await expect(keys.candidatesFor(rs256('old'))).resolves.toEqual([same(OLD)]);
  });

  it('the keys that are known stay good, however old', async () => {
    await keys.candidatesFor(rs256('old'));
    issuer.fault = AWAY;
    for (now = 0; now < 60 * MINUTE; now += MINUTE) {
      keys.edition();
      await expect(keys.candidatesFor(rs256('old'))).resolves.toEqual([same(OLD)]);
    }
  });

  it('a key that is not known may be a new one: that can not be judged', async () => {
    await keys.candidatesFor(rs256('old'));
    issuer.fault = AWAY;
    now += MINUTE;
    await expect(keys.candidatesFor(rs256('new'))).rejects.toMatchObject({ code: 'unavailable' });
    issuer.fault = null;
    now += MINUTE;
    await expect(keys.candidatesFor(rs256('new'))).resolves.toEqual([]);
  });
});

function rs256(keyId: string | undefined): TokenHeader {
  return { algorithm: 'RS256', keyId };
}

/** Matches the same public key, wherever it was read from. */
function same(key: KeyObject): unknown {
  return { asymmetricMatch: (other: KeyObject) => other.equals(key) };
}
