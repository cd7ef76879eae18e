import { Pool } from 'undici';
import type { Person } from '../../support/chat-client';
import { OpenApiDocument } from '../../support/openapi/document';
import { toWire } from '../../support/openapi/draft';
import { draftsOf, type Scene } from '../../support/openapi/recipes';
import { World } from '../../support/world';

/** Ways to write an address that a router, a guard and a proxy may read differently. */
const SPELLINGS: [string, (path: string) => string][] = [
  ['as it is', (path) => path],
  ['a slash at the end', (path) => `${path}/`],
  ['two slashes before', (path) => `/${path}`],
  ['two slashes within', (path) => path.replace('/v1/', '/v1//')],
  ['capitals', (path) => path.replace('/v1/', '/V1/')],
  ['an encoded letter', (path) => path.replace('/v1/', '/%761/')],
  ['an encoded slash', (path) => path.replace('/v1/', '/v1%2f')],
  ['an encoded encoding', (path) => path.replace('/v1/', '/%25761/')],
  ['an encoded dot', (path) => path.replace('/v1/', '/%2e/v1/')],
  ['a dot', (path) => path.replace('/v1/', '/./v1/')],
  ['a way back', (path) => `/health/..${path}`],
  ['an encoded way back', (path) => `/health/%2e%2e${path}`],
  ['a parameter', (path) => `${path};a=b`],
  ['a parameter within', (path) => path.replace('/v1/', '/v1;a=b/')],
  ['a NUL', (path) => `${path}%00`],
  ['a space', (path) => `${path}%20`],
  ['a suffix', (path) => `${path}.json`],
  ['a fragment', (path) => `${path}%23`],
  ['backslashes', (path) => path.replace('/v1/', '/v1\\')],
  ['a host', (path) => `http://127.0.0.1${path}`],
  ['another host', (path) => `//127.0.0.1${path}`],
  ['broken encoding', (path) => `${path}%`],
];

const METHOD_TRICKS: Record<string, string> = {
  'x-http-method-override': 'GET',
  'x-http-method': 'GET',
  'x-original-url': '/health',
  'x-rewrite-url': '/health',
  'x-forwarded-prefix': '/health',
  'x-forwarded-for': '127.0.0.1',
};

describe('T11 an address', () => {
  let world: World;
  let document: OpenApiDocument;
  let wire: Pool;
  let alice: Person;
  let carol: Person;
  let scene: Scene;
  beforeAll(async () => {
    world = await World.start();
    const [url = ''] = world.nodeUrls;
    document = await OpenApiDocument.of(url);
    wire = new Pool(url, { connections: 4 });
    const bob = world.person('Bob');
    [alice, carol] = [world.person('Alice'), world.person('Carol')];
    const chat = await alice.groupWith(bob);
    const { id: messageId } = (await alice.says(chat, 'between us')).body;
    scene = { conversationId: chat.id, messageId, personId: bob.id, newcomerId: carol.id };
  });
  afterAll(async () => {
    await wire.destroy();
    await world.stop();
  });

  async function send(method: string, path: string, headers: Record<string, string>, body?: unknown) {
    const answer = await wire.request({
      method,
      path,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** Of every operation that is not for everybody, in every spelling and with tricks of headers. */
  async function answers(
    spell: (path: string) => string,
    headers: Record<string, string>,
    access?: 'service',
  ) {
    const found: string[] = [];
    for (const operation of document.operations) {
      if (operation.access === 'public' || (access !== undefined && operation.access !== access)) continue;
      const draft = draftsOf(operation, scene)[0];
      const { method, target } = toWire(draft);
      for (const as of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
        const { status, text } = await send(
          as,
          spell(target),
          headers,
          as === method ? draft.body : undefined,
        );
        if (![400, 401, 404].includes(status)) found.push(`${as} ${spell(target)}: ${status}`);
        if (text.includes('between us')) found.push(`${as} ${spell(target)} tells`);
      }
    }
    return found;
  }

  it.each(SPELLINGS)('leads nobody in without a token, written with %s', async (_how, spell) => {
    expect(await answers(spell, METHOD_TRICKS)).toEqual([]);
  });

  it.each(SPELLINGS)(
    'leads nobody to the service’s own operations by a user’s token: %s',
    async (_how, spell) => {
      expect(await answers(spell, { authorization: `Bearer ${alice.token}` }, 'service')).toEqual([]);
    },
  );

  it.each(SPELLINGS)('leads nobody into a conversation of others: %s', async (_how, spell) => {
    for (const path of ['', '/messages', `/messages/${scene.messageId}`]) {
      const target = spell(`/v1/conversations/${scene.conversationId}${path}`);
      const { status, text } = await send('GET', target, { authorization: `Bearer ${carol.token}` });
      expect([400, 404]).toContain(status);
      expect(text).not.toContain('between us');
    }
  });

  it('is read one way: any other spelling of it is another address', async () => {
    const authorization = `Bearer ${alice.token}`;
    const same: string[] = [];
    for (const [how, spell] of SPELLINGS)
      if ((await send('GET', spell('/v1/users/me'), { authorization })).status === 200) same.push(how);
    // What is encoded for no reason means the same (RFC 3986), and so do a host and the address after it.
    expect(same).toEqual(['as it is', 'an encoded letter', 'a host']);
  });

  it('is asked for by its method: no header makes another of it', async () => {
    const authorization = `Bearer ${alice.token}`;
    const headers = {
      ...METHOD_TRICKS,
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      authorization,
    };
    const path = `/v1/conversations/${scene.conversationId}/messages/${scene.messageId}`;
    expect((await send('GET', path, headers)).status).toBe(200);
    expect((await send('GET', `${path}?_method=DELETE`, headers)).status).toBe(400);
    expect((await send('OPTIONS', path, headers)).status).toBe(204);
    expect((await send('TRACE', path, headers)).status).toBe(404);
    expect((await send('GET', path, { authorization })).text).toContain('between us');
  });

  it.each([
    '/docs/..%2f..%2fpackage.json',
    '/docs/../../package.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/docs/....//....//package.json',
    '/docs/..\\..\\package.json',
    '/docs/%5c..%5c..%5cpackage.json',
    '/docs//etc/passwd',
    '/docs/%00/../package.json',
    '/.env',
    '/.git/config',
    '/package.json',
    '/node_modules/fastify/package.json',
    '/socket.io/socket.io.js',
    '/socket.io/../package.json',
  ])('T25 is of no file: %s', async (path) => {
    const { status, text } = await send('GET', path, {});
    expect([400, 403, 404]).toContain(status);
    expect(text).not.toMatch(/"dependencies"|root:x:|\[core\]/);
  });

  it('T25 takes no file: there is nowhere to put one', async () => {
    const headers = { authorization: `Bearer ${alice.token}` };
    const boundary = 'multipart/form-data; boundary=x';
    const part =
      '--x\r\nContent-Disposition: form-data; name="f"; filename="../../x.sh"\r\n\r\n#!/bin/sh\r\n--x--\r\n';
    for (const operation of document.operations.filter(({ body, access }) => body && access === 'user')) {
      const { method, target } = toWire(draftsOf(operation, scene)[0]);
      for (const [type, body] of [
        [boundary, part],
        ['application/octet-stream', '#!/bin/sh'],
        ['image/png', '\x89PNG'],
      ]) {
        const answer = await wire.request({
          method: method,
          path: target,
          headers: { ...headers, 'content-type': type },
          body,
        });
        expect([operation.id, type, answer.statusCode]).toEqual([operation.id, type, 415]);
        await answer.body.dump();
      }
    }
    for (const path of [
      '/v1/uploads',
      '/v1/files',
      '/v1/attachments',
      '/upload',
      '/direct_uploads',
      '/v1/users/me/avatar',
    ])
      for (const method of ['POST', 'PUT', 'PATCH'])
        expect((await send(method, path, headers, {})).status).toBe(404);
  });
});
