import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { OpenApiDocument, type Operation } from '../../support/openapi/document';
import { toWire } from '../../support/openapi/draft';
import { draftOf, type Scene } from '../../support/openapi/recipes';
import { SERVICE_TOKEN, World } from '../../support/world';

/** Spellings of JSON's type that parsers and checks have been known to disagree about. */
const TYPES = [
  'application/json\t',
  ' application/json',
  'application/json ',
  'application/json;',
  'application/json;;charset=utf-8',
  'application/json\t; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json ; a="b;c"',
  'application/json, text/plain',
  'text/plain, application/json',
  'application/vnd.api+json',
  'text/json',
  'text/plain;application/json',
  '*/*',
  'json',
];

/** What stands in the place of a whole body. */
const ROOTS = [
  'null',
  'true',
  '0',
  '1e400',
  '-0',
  '""',
  '"{}"',
  '[]',
  '[{}]',
  '[null]',
  '{"__proto__":null}',
  '{"":1}',
];

/** What stands where an id or a number is expected: JSON, since no object here could be written so. */
const VALUES = [
  'true',
  '[]',
  '{}',
  '[ID]',
  '[[ID]]',
  '{"$ne":null}',
  '{"$gt":""}',
  '{"length":36}',
  '{"toString":ID}',
  '{"valueOf":1}',
  '{"toJSON":ID}',
  '{"__proto__":{"length":36}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '"__proto__"',
  '"constructor"',
  `"' OR '1'='1"`,
  '"1; DROP TABLE messages"',
  '"\\u0000"',
  '1e308',
  '-1.5',
];

const POLLUTIONS = [
  '"__proto__":{"polluted":true}',
  '"__proto__":{"isAdmin":true},"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":true}',
  '"prototype":{"polluted":true}',
  '"__defineGetter__":"polluted"',
  '"hasOwnProperty":1,"toString":1,"valueOf":1',
];

describe('a value that is not what it seems', () => {
  let world: World;
  let document: OpenApiDocument;
  let wire: Pool;
  let alice: Person;
  let device: Device;
  let scene: Scene;
  let before: unknown[];
  beforeAll(async () => {
    world = await World.start();
    const [url = ''] = world.nodeUrls;
    document = await OpenApiDocument.of(url);
    wire = new Pool(url, { connections: 4 });
    const bob = world.person('Bob');
    alice = world.person('Alice');
    const chat = await alice.groupWith(bob);
    const { id: messageId } = (await alice.says(chat, 'as it was')).body;
    device = await alice.connects();
    scene = { conversationId: chat.id, messageId, personId: bob.id, newcomerId: world.person('Carol').id };
    before = await stored();
  });
  afterEach(async () => {
    expect(await stored()).toEqual(before);
    expect({}).not.toHaveProperty('polluted');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect((await alice.asks('GET', '/v1/users/me')).status).toBe(200);
  });
  afterAll(async () => {
    device.leaves();
    await wire.destroy();
    await world.stop();
  });

  async function stored(): Promise<unknown[]> {
    const tables = ['users', 'conversations', 'participants', 'messages', 'blocks', 'outbox'];
    return Promise.all(tables.map((table) => world.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  }

  const writing = (): Operation[] => document.operations.filter(({ body }) => body !== undefined);

  async function send(operation: Operation, body: string, contentType = 'application/json', query = '') {
    const { method, target } = toWire(draftOf(operation, scene));
    const token = operation.access === 'service' ? SERVICE_TOKEN : alice.token;
    const answer = await wire.request({
      method: method,
      path: target + query,
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      body,
    });
    return [answer.statusCode, await answer.body.text()] as const;
  }

  describe('T12', () => {
    it.each(TYPES)('is looked at whatever its type is called: %j', async (type) => {
      for (const operation of writing()) {
        const [status] = await send(operation, '{"tenantId":"mine"}', type).catch(() => [400]);
        expect([operation.id, [400, 415].includes(status)]).toEqual([operation.id, true]);
      }
    });

    it.each(ROOTS)('is looked at when it is no object: %s', async (root) => {
      for (const operation of writing())
        expect([operation.id, (await send(operation, root))[0]]).toEqual([operation.id, 400]);
    });

    it('is looked at when it says to be packed, or is of no type', async () => {
      for (const operation of writing()) {
        const { method, target } = toWire(draftOf(operation, scene));
        const token = operation.access === 'service' ? SERVICE_TOKEN : alice.token;
        for (const more of [{ 'content-encoding': 'gzip', 'content-type': 'application/json' }, {}]) {
          const answer = await wire.request({
            method: method,
            path: target,
            headers: { authorization: `Bearer ${token}`, ...more },
            body: Buffer.from('H4sIAAAAAAAAA6tWKkktLlGyUlDKTFGqBQD1nVvTDwAAAA==', 'base64'),
          });
          expect([operation.id, [400, 415].includes(answer.statusCode)]).toEqual([operation.id, true]);
          await answer.body.dump();
        }
      }
    });
  });

  describe('T16', () => {
    it.each(VALUES)('is no id and no number: %s', async (raw) => {
      const value = raw.replaceAll('ID', JSON.stringify(scene.personId));
      for (const operation of writing()) {
        const draft = draftOf(operation, scene).body as Readonly<Record<string, unknown>>;
        for (const [name, { type, format, items }] of Object.entries(operation.body?.properties ?? {})) {
          if (format !== 'uuid' && items?.format !== 'uuid' && type !== 'integer') continue;
          const [status, text] = await send(operation, withField(draft, name, items ? `[${value}]` : value));
          expect([operation.id, name, status]).toEqual([operation.id, name, 400]);
          expect(text).not.toContain('internal');
        }
      }
    });

    it.each(POLLUTIONS)('reaches no object but its own: %s', async (fields) => {
      for (const operation of writing()) {
        const draft = JSON.stringify(draftOf(operation, scene).body).slice(1, -1);
        const [status] = await send(operation, `{${draft}${draft === '' ? '' : ','}${fields}}`);
        expect([operation.id, status]).toEqual([operation.id, 400]);
      }
      const { conversationId } = scene;
      device.socket.io.engine.write(
        `2["send_message",{"conversationId":"${conversationId}","content":"x",${fields}}]`,
      );
      device.socket.io.engine.write(`2["__proto__",{${fields}}]`);
      expect(await device.asks('send_message', JSON.parse(`{${fields}}`))).toMatchObject({ ok: false });
    });

    it.each([
      '?limit[]=1',
      '?limit[$gt]=1',
      '?limit=1&limit=2',
      '?before[__proto__]=1',
      '?__proto__[polluted]=true',
      '?constructor[prototype][polluted]=true',
      '?before={"$gt":1}',
      '?before=1e3',
      '?before=0x10',
      '?before=+1',
      '?before=١',
      '?before=1%00',
      "?before=1' OR '1'='1",
      '?limit=9007199254740993',
      '?limit=NaN',
      '?limit=Infinity',
      '?limit',
      '?limit=',
      '?&=1',
    ])('is no number of a page: %s', async (query) => {
      const operation = document.find('GET /v1/conversations/{conversationId}/messages');
      const { target } = toWire(draftOf(operation, scene));
      const answer = await wire.request({
        method: 'GET',
        path: encodeURI(target + query),
        headers: { authorization: `Bearer ${alice.token}` },
      });
      expect(answer.statusCode).toBe(400);
      await answer.body.dump();
    });

    it.each([
      '__proto__',
      'constructor',
      'toString',
      "x' OR '1'='1",
      '../../x',
      '[object Object]',
      `{${randomUUID()}}`,
      '{}',
    ])('is no key, id or event: %j', async (text) => {
      const headers = { 'idempotency-key': text };
      const { conversationId } = scene;
      expect((await alice.sends({ id: conversationId }, { content: 'x' }, headers)).status).toBe(400);
      expect((await alice.sees({ id: encodeURIComponent(text) })).status).toBe(400);
      expect((await alice.inbox({ cursor: text })).status).toBe(400);
      expect(await device.asks(text, { conversationId })).toMatchObject({ ok: false });
      expect(await device.says({ id: text }, 'x')).toMatchObject({ ok: false });
    });
  });
});

/** The draft with this JSON for one of its fields. */
function withField(draft: Readonly<Record<string, unknown>>, name: string, json: string): string {
  return JSON.stringify({ ...draft, [name]: 'HERE' }).replace('"HERE"', () => json);
}
