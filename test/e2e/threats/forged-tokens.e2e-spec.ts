import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Problem } from '../../../src/common/problem';
import { Device } from '../../support/device';
import { request } from '../../support/rest';
import { JWT_SECRET, secondsFromNow, signedToken } from '../../support/tokens';
import { World } from '../../support/world';

const sub = randomUUID();
const exp = secondsFromNow(3_600);
const ours = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const KEY_ID = 'of-this-year';
const pem = ours.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const der = ours.publicKey.export({ type: 'spki', format: 'der' });

const encoded = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** Signed as RS256 is, whatever the header says. Parts that are texts stand as they are. */
function rsa(
  claims: unknown = { sub, exp },
  header: unknown = { alg: 'RS256' },
  { privateKey } = ours,
): string {
  const content = `${encoded(header)}.${encoded(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
}

/** Signed by a shared secret, which anybody may take a public key for. */
function hmac(secret: string | Buffer, header: object, algorithm = 'sha256'): string {
  const content = `${encoded(header)}.${encoded({ sub, exp })}`;
  return `${content}.${createHmac(algorithm, secret).update(content).digest('base64url')}`;
}

const attackersJwk = { ...theirs.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
const [goodHeader = '', goodClaims = '', goodSignature = ''] = rsa().split('.');

/** Whom all that follows asks to be taken for is somebody real. `jwks` is where the attacker's keys are to be had. */
const FORGERIES: [string, (jwks: string) => string][] = [
  ['our public key as a secret', () => hmac(pem, { alg: 'HS256' })],
  ['our public key as a secret, trimmed', () => hmac(pem.trim(), { alg: 'HS256' })],
  ['our public key as a secret, in bytes', () => hmac(der, { alg: 'HS256' })],
  ['our public key as a secret, of the other family', () => hmac(pem, { alg: 'RS256' })],
  ['our public key as a longer secret', () => hmac(pem, { alg: 'HS512' }, 'sha512')],
  ['an empty secret', () => hmac('', { alg: 'HS256' })],
  ['an empty secret by the other family', () => hmac('', { alg: 'RS256' })],
  ['no algorithm', () => `${encoded({ alg: 'none' })}.${goodClaims}.`],
  ['no algorithm, in capitals', () => `${encoded({ alg: 'NONE' })}.${goodClaims}.`],
  ['no algorithm, and a signature', () => rsa(undefined, { alg: 'none' })],
  ['no word on the algorithm', () => rsa(undefined, { typ: 'JWT' })],
  ['a list of algorithms', () => rsa(undefined, { alg: ['RS256', 'none'] })],
  ['the algorithm in small letters', () => rsa(undefined, { alg: 'rs256' })],
  ['an algorithm twice', () => rsa(undefined, '{"alg":"RS256","alg":"none"}')],
  ['an algorithm by way of the prototype', () => rsa(undefined, '{"__proto__":{"alg":"RS256"}}')],
  ['another padding of the same key', () => rsa(undefined, { alg: 'PS256' })],
  ['another’s signature', () => rsa(undefined, undefined, theirs)],
  ['another’s signature and our key’s name', () => rsa(undefined, { alg: 'RS256', kid: KEY_ID }, theirs)],
  ['its own key', () => rsa(undefined, { alg: 'RS256', jwk: attackersJwk }, theirs)],
  ['its own keys’ address', (jku) => rsa(undefined, { alg: 'RS256', kid: KEY_ID, jku }, theirs)],
  ['its own certificate’s address', (x5u) => rsa(undefined, { alg: 'RS256', x5u }, theirs)],
  ['its own certificate', () => rsa(undefined, { alg: 'RS256', x5c: [der.toString('base64')] }, theirs)],
  ['a key’s name that is an address', (kid) => rsa(undefined, { alg: 'RS256', kid }, theirs)],
  ['a key’s name that is a file', () => hmac('', { alg: 'HS256', kid: '../../../../dev/null' })],
  ['a key’s name that is SQL', () => rsa(undefined, { alg: 'RS256', kid: "x' UNION SELECT 'k'--" }, theirs)],
  ['a key’s name of the language', () => rsa(undefined, { alg: 'RS256', kid: '__proto__' }, theirs)],
  ['a key’s name that is an object', () => rsa(undefined, { alg: 'RS256', kid: { $ne: null } })],
  ['a key’s name that is a list', () => rsa(undefined, { alg: 'RS256', kid: [KEY_ID] })],
  ['a key’s name that is null', () => rsa(undefined, { alg: 'RS256', kid: null })],
  ['a key’s name without end', () => rsa(undefined, { alg: 'RS256', kid: 'k'.repeat(10_000) })],
  ['something critical', () => rsa(undefined, { alg: 'RS256', crit: ['b64'], b64: false })],
  ['something critical that nobody knows', () => rsa(undefined, { alg: 'RS256', crit: ['x'], x: 1 })],
  ['nothing critical, said so', () => rsa(undefined, { alg: 'RS256', crit: [] })],
  ['something critical that is no list', () => rsa(undefined, { alg: 'RS256', crit: 'exp' })],
  ['a payload not encoded', () => rsa(undefined, { alg: 'RS256', b64: false, crit: ['b64'] })],
  ['a token in a token', () => rsa(rsa(), { alg: 'RS256', cty: 'JWT' })],
  ['an encrypted token’s parts', () => `${encoded({ alg: 'dir', enc: 'A256GCM' })}..${encoded('iv')}.x.y`],
  ['a fourth part', () => `${rsa()}.${goodSignature}`],
  ['no header', () => `.${goodClaims}.${goodSignature}`],
  ['a header that is a list', () => rsa(undefined, ['RS256'])],
  ['a header that is null', () => rsa(undefined, 'null')],
  ['a header that is no JSON', () => rsa(undefined, '{')],
  ['claims that are a list', () => rsa([{ sub, exp }])],
  ['claims that are null', () => rsa('null')],
  ['claims that are text', () => rsa('"sub"')],
  ['claims that are no JSON', () => rsa('{"sub"')],
  [
    'claims after the signature',
    () => `${goodHeader}.${encoded({ sub: randomUUID(), exp })}.${goodSignature}`,
  ],
  ['half of its signature', () => rsa().slice(0, -100)],
  ['more than its signature', () => `${rsa()}AAAA`],
  [
    'its signature with white space',
    () => `${goodHeader}.${goodClaims}.${goodSignature.slice(0, 9)}\t${goodSignature.slice(9)}`,
  ],
  ['no end', () => rsa({ sub })],
  ['an end that is text', () => rsa({ sub, exp: `${exp}` })],
  ['an end that is null', () => rsa({ sub, exp: null })],
  ['an end that is a list', () => rsa({ sub, exp: [exp] })],
  ['an end that is an object', () => rsa({ sub, exp: { $gt: 0 } })],
  ['an end beyond all time', () => rsa(`{"sub":"${sub}","exp":1e300}`)],
  ['an end beyond all numbers', () => rsa(`{"sub":"${sub}","exp":1e400}`)],
  ['an end by way of the prototype', () => rsa(`{"sub":"${sub}","__proto__":{"exp":${exp}}}`)],
  ['nobody', () => rsa({ exp })],
  ['nobody, by null', () => rsa({ sub: null, exp })],
  ['everybody', () => rsa({ sub: { $ne: null }, exp })],
  ['a list of people', () => rsa({ sub: [sub], exp })],
  ['somebody by way of the prototype', () => rsa(`{"__proto__":{"sub":"${sub}"},"exp":${exp}}`)],
  ['somebody in braces', () => rsa({ sub: `{${sub}}`, exp })],
  ['somebody and a NUL', () => rsa({ sub: `${sub}\0`, exp })],
  ['somebody and a newline', () => rsa({ sub: `${sub}\n`, exp })],
  ['a tenant that is a list', () => rsa({ sub, exp, tenant: [sub] })],
  ['a tenant that is null', () => rsa({ sub, exp, tenant: null })],
  ['a tenant that is everything', () => rsa({ sub, exp, tenant: '*' })],
  ['a beginning that is to come', () => rsa({ sub, exp, nbf: secondsFromNow(60) })],
  ['a beginning that is text', () => rsa({ sub, exp, nbf: '0' })],
  ['an issue that is text', () => rsa({ sub, exp, iat: 'yesterday' })],
  ['an issue beyond all time', () => rsa(`{"sub":"${sub}","exp":${exp},"iat":1e300}`)],
  ['a size that nobody needs', () => rsa({ sub, exp, filler: 'x'.repeat(7_000) })],
];

describe('T09 a token that says', () => {
  let world: World;
  let attacker: Server;
  let attackersUrl: string;
  const asked: string[] = [];
  const NODES = { 'by a public key': 0, 'by a key set': 1, 'by a secret': 2 };
  beforeAll(async () => {
    attacker = createServer((incoming, answer) => {
      if (incoming.url !== '/ours') asked.push(incoming.url ?? '');
      const jwk = incoming.url === '/ours' ? ourJwk(ours.publicKey) : attackersJwk;
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
    });
    await once(attacker.listen(0, '127.0.0.1'), 'listening');
    attackersUrl = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`;
    world = await World.start({ env: { JWT_SECRET: '', JWT_PUBLIC_KEY: pem } });
    await world.startNode({ JWT_SECRET: '', JWT_JWKS_URL: `${attackersUrl}/ours` });
    await world.startNode();
  });
  afterAll(async () => {
    await world.stop();
    attacker.close();
    attacker.closeAllConnections();
  });

  /** What both doors of a node say to a token: the code of the refusal, or the user they take its bearer for. */
  async function doors(node: number, token: string): Promise<[rest: string, socket: string]> {
    const url = world.nodeUrls[node] ?? '';
    const headers = { authorization: `Bearer ${token}` };
    const rest = request<{ id: string } & Problem>('GET', `${url}/v1/users/me`, { headers });
    const socket = Device.connect(url, { auth: { token } }).then(
      (device) => {
        device.leaves();
        return device.heard('ready')[0]?.userId ?? 'nobody';
      },
      (refusal: Error & { data?: Problem }) => refusal.data?.code ?? refusal.message,
    );
    const { status, body } = await rest;
    return [status === 200 ? body.id : body.code, await socket];
  }

  describe.each(Object.entries(NODES))('is judged %s:', (_how, node) => {
    it.each(FORGERIES)('%s, and is refused at both doors', async (_what, forge) => {
      const token = forge(`${attackersUrl}/theirs`);
      expect(await doors(node, token)).toEqual(['unauthenticated', 'unauthenticated']);
    });

    it('the truth, and is believed at both doors', async () => {
      const good = node === 2 ? signedToken({ sub, exp }) : rsa(undefined, { alg: 'RS256', kid: KEY_ID });
      expect(await doors(node, good)).toEqual([sub, sub]);
    });

    it('the truth, but as another node would want it', async () => {
      const other = node === 2 ? rsa() : signedToken({ sub, exp });
      expect(await doors(node, other)).toEqual(['unauthenticated', 'unauthenticated']);
    });
  });

  it('where keys are to be had: nobody ever asks there', () => {
    expect(asked).toEqual([]);
  });

  it('what a good one says, but for a little, after the good one was remembered', async () => {
    const others = randomUUID();
    const [one, other] = [signedToken({ sub, exp }), signedToken({ sub: others, exp })];
    const [header = '', claims = '', signature = ''] = one.split('.');
    const [, othersClaims = '', othersSignature = ''] = other.split('.');
    for (let times = 0; times < 2; times++) {
      expect(await doors(2, one)).toEqual([sub, sub]);
      expect(await doors(2, other)).toEqual([others, others]);
      for (const mixed of [
        `${header}.${othersClaims}.${signature}`,
        `${header}.${claims}.${othersSignature}`,
        `${one.slice(0, -2)}${one.endsWith('AA') ? 'BB' : 'AA'}`,
        `${header}.${claims}.`,
        `${one}=`,
      ])
        expect(await doors(2, mixed)).toEqual(['unauthenticated', 'unauthenticated']);
    }
  });

  it('two things at once: both doors believe the same one', async () => {
    const twice = `{"sub":"${randomUUID()}","sub":"${sub}","exp":1,"exp":${exp}}`;
    expect(await doors(0, rsa(twice))).toEqual([sub, sub]);
  });

  it('that it was issued by, or for, others, where that is asked for', async () => {
    const node = await world.startNode({ JWT_ISSUER: 'https://kaha.test', JWT_AUDIENCE: 'chat' });
    const [iss, aud] = ['https://kaha.test', 'chat'];
    expect(await doors(node, signedToken({ sub, exp, iss, aud }))).toEqual([sub, sub]);
    expect(await doors(node, signedToken({ sub, exp, iss, aud: ['mail', aud] }))).toEqual([sub, sub]);
    for (const wrong of [
      {},
      { iss },
      { aud },
      { iss, aud: 'mail' },
      { iss, aud: [] },
      { iss, aud: { chat: true } },
      { iss: `${iss}.evil.test`, aud },
      { iss: [iss], aud },
    ])
      expect(await doors(node, signedToken({ sub, exp, ...wrong }))).toEqual([
        'unauthenticated',
        'unauthenticated',
      ]);
  });

  it('its age: both doors tell an old one from a false one', async () => {
    const old = { sub, exp: secondsFromNow(-60) };
    expect(await doors(2, signedToken(old))).toEqual(['token_expired', 'token_expired']);
    expect(await doors(2, signedToken(old, `${JWT_SECRET}?`))).toEqual([
      'unauthenticated',
      'unauthenticated',
    ]);
  });
});

function ourJwk(key: KeyObject): object {
  return { ...key.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
}
