import { randomUUID } from 'node:crypto';
import { TIME } from '../support/patterns';
import { expectProblem, type RefusalCode } from '../support/problem';
import { request } from '../support/rest';
import { JWT_SECRET, secondsFromNow, signedToken } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';
const sub = randomUUID();
const exp = secondsFromNow(3600);
const bearer = (token: string): string => `Bearer ${token}`;
const withHeader = (header: object): string => bearer(signedToken({ sub, exp }, JWT_SECRET, header));

const REFUSED: [string, string | undefined, RefusalCode?][] = [
  ['nothing', undefined],
  ['an empty header', ''],
  ['no token', 'Bearer'],
  ['another scheme', 'Basic YWxpY2U6c2VjcmV0'],
  ['a bare token', signedToken({ sub, exp })],
  ['two tokens', bearer(`${signedToken({ sub, exp })} ${signedToken({ sub, exp })}`)],
  ['garbage', bearer('garbage')],
  ['the service’s own token', bearer(SERVICE_TOKEN)],
  ['a token of another’s key', bearer(signedToken({ sub, exp }, 'x'.repeat(32)))],
  ['a token with another algorithm', withHeader({ alg: 'HS512' })],
  ['a token with the other kind of algorithm', withHeader({ alg: 'RS256' })],
  ['a token that asks for no algorithm', withHeader({ alg: 'none' })],
  ['a token without a signature', bearer(signedToken({ sub, exp }).replace(/[^.]+$/, ''))],
  ['a token that never ends', bearer(signedToken({ sub }))],
  ['a token of nobody', bearer(signedToken({ exp }))],
  ['a token whose user is no UUID', bearer(signedToken({ sub: 'alice', exp }))],
  ['a token whose tenant is no UUID', bearer(signedToken({ sub, exp, tenant: 'acme' }))],
  ['a token for later', bearer(signedToken({ sub, exp, nbf: secondsFromNow(600) }))],
  ['a token that has expired', bearer(signedToken({ sub, exp: secondsFromNow(-10) })), 'token_expired'],
];

describe('T09 identity', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each(REFUSED)('is not proven by %s', async (_what, authorization, code = 'unauthenticated') => {
    const headers = authorization === undefined ? undefined : { authorization };
    const refused = await request('GET', `${world.nodeUrls[0]}/v1/users/me`, { headers });
    expectProblem(refused, code);
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer\b/);
  });

  it('is not taken from the address', async () => {
    for (const name of ['token', 'access_token', 'authorization']) {
      const query = `${name}=${signedToken({ sub, exp })}`;
      expectProblem(await request('GET', `${world.nodeUrls[0]}/v1/users/me?${query}`), 'unauthenticated');
    }
  });

  it('is proven by a token that ended a moment ago: clocks differ', async () => {
    const headers = { authorization: bearer(signedToken({ sub, exp: secondsFromNow(-2) })) };
    expect((await request('GET', `${world.nodeUrls[0]}/v1/users/me`, { headers })).status).toBe(200);
  });

  it('is a user, made on first sight', async () => {
    const alice = world.person('Alice');
    const { status, body } = await alice.asks('GET', '/v1/users/me');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: alice.id,
      tenantId: NIL_UUID,
      createdAt: expect.stringMatching(TIME),
      privacy: { readReceipts: true, lastSeen: 'everyone' },
    });
    expect((await alice.asks('GET', '/v1/users/me')).body).toEqual(body);
  });

  it('is the same in capitals, and with the default tenant written out', async () => {
    const alice = world.person('Alice');
    const me = (await alice.asks('GET', '/v1/users/me')).body;
    for (const claims of [{ sub: alice.id.toUpperCase() }, { sub: alice.id, tenant: NIL_UUID }]) {
      const headers = { authorization: bearer(signedToken({ ...claims, exp })) };
      expect((await alice.asks('GET', '/v1/users/me', { headers })).body).toEqual(me);
    }
  });

  it('is granted nothing by other claims', async () => {
    const claims = { sub, exp, role: 'admin', scope: '*', admin: true, tenantId: randomUUID() };
    const headers = { authorization: bearer(signedToken(claims)) };
    const { body } = await request('GET', `${world.nodeUrls[0]}/v1/users/me`, { headers });
    expect(body).toMatchObject({ id: sub, tenantId: NIL_UUID });
  });
});
