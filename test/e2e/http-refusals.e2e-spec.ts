import type { Person } from '../support/chat-client';
import { expectProblem, expectProblemObject } from '../support/problem';
import { heardAnswer, speak } from '../support/raw-http';
import { request } from '../support/rest';
import { World } from '../support/world';

const CONVERSATIONS = '/v1/conversations';
const JSON_TYPE = { 'content-type': 'application/json' };
const MALFORMED = ['', '{', '{"type":"direct",}', "{'type':'direct'}", '\u0000', '{}{}', 'NaN', '{"a":1'];

describe('T12 a request the service can not make sense of', () => {
  let world: World;
  let url: string;
  let alice: Person;
  beforeAll(async () => {
    world = await World.start();
    [url = ''] = world.nodeUrls;
    alice = world.person('Alice');
  });
  afterAll(() => world.stop());

  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/nowhere'],
    ['GET', '/v2/conversations'],
    ['GET', '/v1/users/me/'],
    ['GET', '//v1/users/me'],
    ['GET', '/V1/users/me'],
    ['POST', '/v1/users/me'],
    ['PUT', CONVERSATIONS],
    ['DELETE', CONVERSATIONS],
    ['PATCH', CONVERSATIONS],
  ])('has no such endpoint: %s %s', async (method, path) => {
    expectProblem(await alice.asks(method, path), 'not_found');
  });

  it.each([
    '/v1/users/me/',
    '//v1/users/me',
    '/v1/users/%6de',
    '/v1/users/me;a=b',
    '/v1//users/me',
    '/v1/./users/me',
  ])('T11 leads nobody past the guard: %s', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      expect([401, 404]).toContain((await request(method, url + path)).status);
    }
  });

  it.each(MALFORMED)('has a body that is not JSON: %j', async (body) => {
    const refused = await alice.asks('POST', CONVERSATIONS, { body, headers: JSON_TYPE });
    expectProblem(refused, 'validation_failed');
  });

  it('has a body that is not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff, 0xc0]), Buffer.from('"}')]);
    expectProblem(await alice.asks('POST', CONVERSATIONS, { body, headers: JSON_TYPE }), 'validation_failed');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'application/json-patch+json',
    'nonsense',
  ])('has a body of another type: %s', async (type) => {
    const refused = await alice.asks('POST', CONVERSATIONS, {
      body: '{}',
      headers: { 'content-type': type },
    });
    expectProblem(refused, 'unsupported_media_type');
  });

  it('names its charset, and is understood', async () => {
    const body = JSON.stringify({ type: 'direct', participantIds: [world.person('Bob').id] });
    const headers = { 'content-type': 'Application/JSON; charset=UTF-8' };
    expect((await alice.asks('POST', CONVERSATIONS, { body, headers })).status).toBe(201);
  });

  it('is too large', async () => {
    const ofBytes = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
    const send = (body: string) => alice.asks('POST', CONVERSATIONS, { body, headers: JSON_TYPE });
    expectProblem(await send(ofBytes(256 * 1024 + 1)), 'payload_too_large');
    expectProblem(await send(ofBytes(256 * 1024)), 'validation_failed');
  });

  it('is too large, and does not say so beforehand', async () => {
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
    const head =
      `POST ${CONVERSATIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${alice.token}\r\n` +
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    expectProblem(heardAnswer(await speak(url, head + chunk.repeat(70), true)), 'payload_too_large');
  });

  it.each([
    '%ZZ',
    '%C3%28',
    '%00',
    '..%2f..%2fetc%2fpasswd',
    'not-a-uuid',
    '0190c2a4-0000-7000-8000-00000000000',
    '{0190c2a4-0000-7000-8000-000000000000}',
    "'%20OR%201=1--",
    'x'.repeat(300),
  ])('has no id in its address: %s', async (id) => {
    expectProblem(await alice.asks('GET', `${CONVERSATIONS}/${id}`), 'validation_failed');
  });

  it.each([
    'hello?\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /v1/users/me HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n',
  ])('is not even HTTP: %j', async (bytes) => {
    expectProblem(heardAnswer(await speak(url, bytes, true)), 'validation_failed');
  });

  it('has headers without end', async () => {
    const { status, body } = heardAnswer(
      await speak(url, `GET / HTTP/1.1\r\nHost: a\r\nX-Filler: ${'x'.repeat(100_000)}\r\n\r\n`, true),
    );
    expect(status).toBeGreaterThanOrEqual(400);
    expectProblemObject(body, 'validation_failed');
  });
});
