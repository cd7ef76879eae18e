import { randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import type { Person } from '../support/chat-client';
import { OpenApiDocument, type Operation } from '../support/openapi/document';
import type { Draft } from '../support/openapi/draft';
import { toAnswer, Wire } from '../support/openapi/wire';
import { expectProblem } from '../support/problem';
import { RouteInventory } from '../support/route-inventory';
import { World } from '../support/world';

/**
 * All that anybody may ask for without a token. What is not here and is no guarded operation of the document does not
 * exist. (Socket.IO has a door of its own, in front of these: see the handshake.)
 */
const PUBLIC = [
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  // Neither is served in production.
  'GET /metrics',
  'GET /docs',
  'GET /docs/',
  'GET /docs/*',
  'GET /docs/index.html',
  'GET /docs/LICENSE',
  'GET /docs/swagger-ui-init.js',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /docs-json',
  // What browsers ask before they ask.
  'OPTIONS *',
];

/** Of CONNECT Node makes no request; the others are asked below. */
const WITH_RULES_OF_THEIR_OWN = new Set(['CONNECT', 'HEAD', 'OPTIONS']);

/** What Node says of the connection, by its state and not by what was asked. */
const OF_THE_CONNECTION = { connection: '', 'keep-alive': '' };

/** Other ways to write an address, by which guards in front of a router have been passed. */
const SPELLINGS: [string, (path: string) => string][] = [
  ['a slash behind', (path) => `${path}/`],
  ['two slashes before', (path) => `/${path}`],
  ['two slashes within', (path) => path.replace('/v1/', '/v1//')],
  ['a dot', (path) => path.replace('/v1/', '/v1/./')],
  ['a way there and back', (path) => path.replace('/v1/', '/v1/x/../')],
  ['an encoded letter', (path) => path.replace('/v1/', '/%761/')],
  ['an encoded letter of its name', (path) => path.replace(/e/, '%65')],
  ['an encoded slash', (path) => path.replace('/v1/', '/v1%2f')],
  ['a parameter of its own', (path) => `${path};a=b`],
  ['a parameter within', (path) => path.replace('/v1/', '/v1;a=b/')],
  ['capitals', (path) => path.toUpperCase()],
  ['a backslash', (path) => path.replace('/v1/', '/v1\\')],
  ['NUL behind', (path) => `${path}%00`],
  ['a fragment', (path) => `${path}%23`],
  ['a type', (path) => `${path}.json`],
  ['another host', (path) => `http://localhost${path}`],
];

describe('the routes', () => {
  const inventory = new RouteInventory();
  let world: World;
  let wire: Wire;
  let operations: readonly Operation[];
  let guarded: Operation[];
  let alice: Person;
  beforeAll(async () => {
    world = await World.start({ extensions: [inventory.extension] });
    const [url = ''] = world.nodeUrls;
    wire = new Wire(url);
    ({ operations } = await OpenApiDocument.of(url));
    guarded = operations.filter(({ access }) => access !== 'public');
    alice = world.person('Alice');
  });
  afterAll(async () => {
    await wire.close();
    await world.stop();
  });

  it('T11 are the documented operations, and of others this public list, to the letter', () => {
    const documented = guarded.map(({ id }) => id.replaceAll(/\{(\w+)\}/g, ':$1'));
    const asked = [...PUBLIC, ...documented];
    const answered = asked
      .filter((route) => route.startsWith('GET '))
      .map((route) => route.replace('GET', 'HEAD'));
    expect(inventory.routes.toSorted()).toEqual([...asked, ...answered].toSorted());
  });

  it('that are public are described as public', () => {
    const described = operations.filter(({ access }) => access === 'public').map(({ id }) => id);
    expect(PUBLIC).toEqual(expect.arrayContaining(described));
  });

  it('T30 are closed to strangers, whatever they send', async () => {
    const drafts = guarded.map((operation) => requestFor(operation, 'not-even-an-id', { rubbish: true }));
    for (const answer of await wire.sendAll(drafts)) expectProblem(toAnswer(answer), 'unauthenticated');
  });

  it('T11 are closed to strangers by HEAD as by GET, and open to others by both or by neither', async () => {
    const readable = guarded.filter(({ method }) => method === 'GET');
    for (const operation of readable) {
      const get = requestFor(operation, randomUUID());
      const head = { ...get, method: 'HEAD' };
      const [stranger, asGet, asHead] = await wire.sendAll([head, withToken(get), withToken(head)]);
      expect([operation.id, stranger?.status, stranger?.text]).toEqual([operation.id, 401, '']);
      expect([asHead?.status, asHead?.text]).toEqual([asGet?.status, '']);
      expect(Object.keys({ ...asHead?.headers, ...OF_THE_CONNECTION })).toEqual(
        expect.arrayContaining(Object.keys(asGet?.headers ?? {})),
      );
    }
    const unreadable = guarded.filter(({ path }) => !readable.some((operation) => operation.path === path));
    const answers = await wire.sendAll(
      unreadable.map((operation) => withToken({ ...requestFor(operation, randomUUID()), method: 'HEAD' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(unreadable.map(() => 404));
  });

  it('T11 are there by no other method, with a token or without', async () => {
    for (const path of new Set(guarded.map((operation) => operation.path))) {
      const here = guarded.filter((operation) => operation.path === path);
      const drafts = METHODS.filter(
        (method) =>
          !WITH_RULES_OF_THEIR_OWN.has(method) && !here.some((operation) => operation.method === method),
      ).flatMap((method) => {
        const draft = { ...requestFor(here[0] as Operation, randomUUID()), method };
        return [draft, withToken(draft)];
      });
      for (const [index, answer] of (await wire.sendAll(drafts)).entries()) {
        // Fastify wants to know the type of a QUERY before it looks who takes it.
        const isQuery = drafts[index]?.method === 'QUERY';
        expectProblem(toAnswer(answer), isQuery ? 'validation_failed' : 'not_found');
      }
    }
  });

  it('T11 tell browsers by OPTIONS nothing but how to ask', async () => {
    for (const answer of await wire.sendAll(
      guarded.map((operation) => ({ ...requestFor(operation, randomUUID()), method: 'OPTIONS' })),
    )) {
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
  });

  it.each(SPELLINGS)('T11 are closed to strangers also in another spelling: %s', async (_what, spelt) => {
    const drafts = guarded.flatMap((operation) => {
      const path = spelt(operation.path.replaceAll(/\{\w+\}/g, randomUUID()));
      const draft = requestFor({ ...operation, path }, '', {});
      return operation.method === 'GET' ? [draft, { ...draft, method: 'HEAD' }] : [draft];
    });
    const answers = await wire.sendAll(drafts);
    // An address that is decoded may well be the route's own: then its guard answers.
    const open = drafts.filter((_draft, index) => ![400, 401, 404].includes(answers[index]?.status ?? 0));
    expect(open.map(({ method, operation }) => `${method} ${operation.path}`)).toEqual([]);
  });

  function withToken(draft: Draft): Draft {
    return { ...draft, headers: { authorization: `Bearer ${alice.token}` } };
  }
});

/** A stranger's, with every parameter of the path the same. */
function requestFor(operation: Operation, parameter: string, body?: unknown): Draft {
  const names = operation.parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name);
  return {
    operation,
    method: operation.method,
    path: Object.fromEntries(names.map((name) => [name, parameter])),
    query: [],
    headers: {},
    body: operation.method === 'GET' ? undefined : body,
  };
}
