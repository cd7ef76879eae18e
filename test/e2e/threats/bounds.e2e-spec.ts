import { randomUUID } from 'node:crypto';
import type { Person } from '../../support/chat-client';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { OpenApiDocument, type Schema } from '../../support/openapi/document';
import { expectProblem, expectProblemObject } from '../../support/problem';
import { times } from '../../support/times';
import { World } from '../../support/world';

/** Texts whose end is somewhere else: in the longest header there may be, and in the shape of a name. */
const BOUNDED_ELSEWHERE = /[ .](?:cursor|since|Last-Event-ID|type)$/;

/** The texts and lists of a schema that may be of any size. */
function endless(
  at: string,
  { type, format, properties = {}, items, allOf = [], ...schema }: Schema,
): string[] {
  const within = [
    ...Object.entries(properties).flatMap(([name, field]) => endless(`${at}.${name}`, field)),
    ...(items ? endless(`${at}[]`, items) : []),
    ...allOf.flatMap((part) => endless(at, part)),
  ];
  const isEndless =
    (type === 'array' && schema.maxItems === undefined) ||
    (type === 'string' &&
      schema.maxLength === undefined &&
      schema.enum === undefined &&
      !/^(?:uuid|date-time)$/.test(format ?? ''));
  return isEndless ? [at, ...within] : within;
}

describe('T20 nothing grows without an end:', () => {
  let world: World;
  let document: OpenApiDocument;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 1, env: { MAX_CONNECTIONS: '3' } });
    document = await OpenApiDocument.of(world.nodeUrls[0] ?? '');
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(() => world.stop());

  it('every text and every list that may be sent has a largest size, which the documents name', () => {
    const found = document.operations.flatMap(({ id, body, parameters }) => [
      ...(body ? endless(id, body) : []),
      ...parameters.flatMap(({ name, schema }) => endless(`${id} ${name}`, schema)),
    ]);
    expect(found.filter((path) => !BOUNDED_ELSEWHERE.test(path))).toEqual([]);
  });

  it('no page has more than a hundred entries, of whatever it is; or five hundred where they are mixed', () => {
    const limits = document.operations.flatMap(({ id, parameters }) =>
      parameters
        .filter(({ name }) => name === 'limit')
        .map(({ schema }) => [id, schema.maximum, schema.default]),
    );
    expect(limits.length).toBeGreaterThanOrEqual(3);
    for (const [id, ...sizes] of limits)
      expect([id, sizes]).toEqual([id, id === 'GET /v1/sync' ? [500, 200] : [100, 50]]);
  });

  it('a page nobody gave a size is no larger for it', async () => {
    const chat = await alice.chatWith(bob);
    await times(60, (index) => alice.says(chat, `message ${index}`));
    expect((await bob.reads(chat)).body.items).toHaveLength(50);
    for (const limit of [0, 101, 1e9, -1])
      expectProblem(await bob.reads(chat, { limit }), 'validation_failed', 'limit');
    await times(55, () => alice.chatWith(world.person('Somebody')));
    expect((await alice.inbox()).body.items).toHaveLength(50);
    await times(55, () => alice.asks('PUT', `/v1/users/me/blocks/${world.person('Somebody').id}`));
    const { body } = await alice.asks<{ items: unknown[]; nextCursor: string | null }>(
      'GET',
      '/v1/users/me/blocks',
    );
    expect(body).toMatchObject({ items: { length: 50 }, nextCursor: expect.any(String) });
  });

  it('going back is by keys, and by counting only so far', async () => {
    const chat = await alice.chatWith(bob);
    for (const offset of [100_001, 1e12, Number.MAX_SAFE_INTEGER])
      expectProblem(await bob.reads(chat, { offset }), 'validation_failed', 'offset');
    const farthest: Record<string, number>[] = [
      { before: Number.MAX_SAFE_INTEGER },
      { after: Number.MAX_SAFE_INTEGER },
      { before: 0 },
    ];
    for (const far of farthest) expect((await bob.reads(chat, { ...far, limit: 100 })).status).toBe(200);
  });

  it.each<[string, (more: object) => object]>([
    ['content', () => ({ content: 'x'.repeat(4_001) })],
    ['metadata', () => ({ content: 'x', metadata: { text: 'x'.repeat(4_090) } })],
    [
      'metadata',
      () => ({ content: 'x', metadata: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [n, n])) }),
    ],
    [
      'metadata',
      () => ({ content: 'x', metadata: { deep: JSON.parse('['.repeat(65) + ']'.repeat(65)) as unknown } }),
    ],
    ['expiresInSeconds', () => ({ content: 'x', expiresInSeconds: 10 * 366 * 86_400 })],
  ])('a message is no larger than it may be: %s', async (path, body) => {
    const chat = await alice.chatWith(bob);
    expectProblem(await alice.sends(chat, body({})), 'validation_failed', path);
  });

  it('a group is no larger, nor what it is called', async () => {
    const people = Array.from({ length: 8 }, () => ({ id: randomUUID() }));
    expectProblem(await alice.founds(people), 'validation_failed', 'participantIds');
    expectProblem(await alice.founds([bob], { name: 'x'.repeat(1_000) }), 'validation_failed', 'name');
    expectProblem(
      await alice.founds([bob], { avatarUrl: `https://a.example/${'x'.repeat(2_048)}` }),
      'validation_failed',
      'avatarUrl',
    );
  });

  it('a node takes so many sockets, says so to the others, and takes them when there is room', async () => {
    const devices = await Promise.all([alice.connects(), alice.connects(), bob.connects()]);
    for (const transports of [['websocket'], ['polling']] as const) {
      const refusal = await bob
        .connects({ transports: [...transports] })
        .catch((error: Error & { data?: unknown }) => error);
      expect(refusal).not.toBeInstanceOf(Device);
      expectProblemObject((refusal as { data?: unknown }).data, 'unavailable');
    }
    expect((await bob.inbox()).status).toBe(200);
    const chat = await alice.chatWith(bob);
    expect(await devices[0]?.says(chat, 'still here')).toMatchObject({ ok: true });
    devices[1]?.leaves();
    const another = await eventually(() => bob.connects());
    for (const device of [...devices, another]) device.leaves();
  });
});
