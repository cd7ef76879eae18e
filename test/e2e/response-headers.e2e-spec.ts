import type { Person } from '../support/chat-client';
import type { Problem } from '../../src/common/problem';
import { type Answer, request } from '../support/rest';
import { World } from '../support/world';

const ORIGIN = 'https://app.kaha.test';
const SECURITY_HEADERS = {
  'content-security-policy': expect.stringContaining("default-src 'none'"),
  'referrer-policy': 'no-referrer',
  'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('every answer', () => {
  let world: World;
  let url: string;
  let alice: Person;
  beforeAll(async () => {
    world = await World.start({ env: { CORS_ORIGINS: ORIGIN } });
    [url = ''] = world.nodeUrls;
    alice = world.person('Alice');
  });
  afterAll(() => world.stop());

  const ANSWERS: [string, number, () => Promise<Answer<unknown>>][] = [
    ['a success', 200, () => alice.inbox()],
    ['a health check', 200, () => request('GET', `${url}/health/live`)],
    ['a preflight', 204, () => preflight()],
    ['an OPTIONS that is none', 204, () => request('OPTIONS', `${url}/v1/conversations`)],
    ['a refusal', 400, () => alice.inbox({ limit: 0 })],
    ['no token', 401, () => request('GET', `${url}/v1/users/me`)],
    ['no such endpoint', 404, () => alice.asks('GET', '/v1/nowhere')],
    ['an address that can not be decoded', 400, () => alice.asks('GET', '/v1/conversations/%ZZ')],
    ['a body that can not be read', 400, () => alice.asks('POST', '/v1/conversations', { body: '{' })],
    [
      'a body of the wrong type',
      415,
      () => alice.asks('POST', '/v1/conversations', { body: '{}', headers: { 'content-type': 'text/xml' } }),
    ],
  ];
  describe.each(ANSWERS)('(%s)', (_what, status, ask) => {
    it('has an id of its own and the security headers, and tells nothing of what runs here', async () => {
      const [one, other] = [await ask(), await ask()];
      expect(one).toMatchObject({ status, headers: SECURITY_HEADERS });
      expect(one.headers['x-request-id']).toMatch(/^[\w-]{8,}$/);
      expect(one.headers['x-request-id']).not.toBe(other.headers['x-request-id']);
      expect(one.headers).not.toHaveProperty('server');
      expect(one.headers).not.toHaveProperty('x-powered-by');
    });
  });

  it('is not to be stored when somebody’s identity was asked for', async () => {
    for (const answer of [
      await alice.inbox(),
      await alice.inbox({ limit: 0 }),
      await request('GET', `${url}/v1/users/me`),
    ]) {
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  const requestIdFor = async (id: string): Promise<string | undefined> =>
    (await alice.asks('GET', '/v1/users/me', { headers: { 'x-request-id': id } })).headers['x-request-id'];

  it.each(['a', 'req-1_2.3:4=/+', '7f8e8a4c-51f0-4d3c-9a57-3b1a6f4f4f11', 'x'.repeat(128)])(
    'repeats the id of its request: %s',
    async (id) => {
      expect(await requestIdFor(id)).toBe(id);
    },
  );

  it.each(['', 'two words', '<script>', 'a,b', 'a"b', "a'b", '{}', 'é', 'x'.repeat(129)])(
    'does not repeat what is no sane id: %s',
    async (id) => {
      const answered = await requestIdFor(id);
      expect(answered).toMatch(/^[\w-]{8,}$/);
      expect(answered).not.toBe(id);
    },
  );

  const TRACE = '0af7651916cd43dd8448eb211c80319c';
  const traceIdFor = async (path: string, traceparent: string): Promise<string> =>
    (await alice.asks<Problem>('GET', path, { headers: { traceparent } })).body.traceId;

  it.each(['/v1/conversations?limit=0', '/v1/nowhere', '/v1/conversations/%ZZ'])(
    'names the trace of its request when it is a problem: %s',
    async (path) => {
      expect(await traceIdFor(path, `00-${TRACE}-b7ad6b7169203331-01`)).toBe(TRACE);
    },
  );

  it.each([
    ['no trace', 'x'],
    ['the trace of nothing', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['no parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a version that never is', `ff-${TRACE}-b7ad6b7169203331-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`],
  ])('begins a trace where its request has %s', async (_what, traceparent) => {
    const traceId = await traceIdFor('/v1/conversations?limit=0', traceparent);
    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE);
  });

  it('lets pages of welcome origins read it, and no others', async () => {
    const allowed = async (origin: string): Promise<string | undefined> =>
      (await alice.asks('GET', '/v1/users/me', { headers: { origin } })).headers[
        'access-control-allow-origin'
      ];
    expect(await allowed(ORIGIN)).toBe(ORIGIN);
    for (const foreign of ['https://evil.test', 'null', `${ORIGIN}.evil.test`, 'http://app.kaha.test']) {
      expect(await allowed(foreign)).toBeUndefined();
    }
  });

  it('lets pages of welcome origins ask before they call', async () => {
    const { headers } = await preflight();
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringMatching(/authorization.*idempotency-key/i),
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  function preflight(): Promise<Answer<unknown>> {
    return request('OPTIONS', `${url}/v1/conversations`, {
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });
  }
});
