import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { request } from '../../support/rest';
import { times } from '../../support/times';
import { World } from '../../support/world';

const NODE = randomUUID();
/** Where nodes speak only when there is something to say. */
const HINTS = ['presence-news', 'typing-news'];
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** What any program that reaches Redis may say where nodes listen. */
const NOISE: string[] = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  'NaN',
  '{',
  '[]',
  '{}',
  '"frame"',
  '\u0000\u0001\u0002',
  '\ufffd\ud800',
  deep(50_000),
  'x'.repeat(9 * 1024 * 1024),
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
];

/** Frames that are almost right. */
function almostFrames(chat: ConversationDto, bob: Person): string[] {
  const delivery = {
    tenantId: '00000000-0000-0000-0000-000000000000',
    conversationId: chat.id,
    rev: 2,
    ordered: true,
    sincePreviousMs: 0,
    audience: [bob.id],
    packet: { event: 'new_message', payload: { message: {} } },
  };
  const frame = { v: 1, node: NODE, n: 1, kind: 'changes', deliveries: [delivery] };
  const withDelivery = (more: object): object => ({ ...frame, deliveries: [{ ...delivery, ...more }] });
  return [
    { ...frame, v: 99 },
    { ...frame, v: '1' },
    { ...frame, node: 'somebody' },
    { ...frame, node: { toString: NODE } },
    { ...frame, n: -1 },
    { ...frame, n: 1.5 },
    { ...frame, n: '1' },
    { ...frame, n: 2 ** 60 },
    { ...frame, kind: 'shutdown' },
    { ...frame, kind: '__proto__' },
    { ...frame, deliveries: null },
    { ...frame, deliveries: {} },
    { ...frame, deliveries: [null] },
    { ...frame, deliveries: 'x'.repeat(1_000) },
    { ...frame, kind: 'beat', deliveries: [7] },
    withDelivery({ tenantId: '*' }),
    withDelivery({ conversationId: null }),
    withDelivery({ rev: 1e300 }),
    withDelivery({ rev: -1 }),
    withDelivery({ rev: '2' }),
    withDelivery({ ordered: 'false' }),
    withDelivery({ sincePreviousMs: null }),
    withDelivery({ audience: bob.id }),
    withDelivery({ audience: [bob.id, 7] }),
    withDelivery({ audience: { length: 1, 0: bob.id } }),
    withDelivery({ packet: 'new_message' }),
    withDelivery({ packet: { event: 'new_message' } }),
    withDelivery({ packet: { event: 'new_message', payload: 'x' } }),
  ].map((almost) => JSON.stringify(almost));
}

describe('T28 what comes from Redis is believed by nobody:', () => {
  let world: World;
  let redis: Redis;
  let prefix: string;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let his: Device;
  beforeAll(async () => {
    world = await World.start({ nodes: 2, env: { RATE_LIMIT_REQUESTS: '40' } });
    const { REDIS_URL = '', REDIS_KEY_PREFIX = '' } = world.environment;
    [redis, prefix] = [new Redis(REDIS_URL), REDIS_KEY_PREFIX];
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    his = await bob.at(1).connects();
  });
  afterEach(() => {
    his.leaves();
    expect({}).not.toHaveProperty('polluted');
  });
  afterAll(async () => {
    await world.stop();
    redis.disconnect();
  });

  const heard = (): (string | null)[] => his.messages.map(({ content }) => content);

  /** Where nodes speak and listen, by what is said there: each says something every second. */
  async function channels(): Promise<string[]> {
    const listener = redis.duplicate();
    const heardOn = new Set<string>();
    listener.on('pmessage', (_pattern: string, channel: string) => {
      if (!HINTS.some((name) => channel.endsWith(name))) heardOn.add(channel);
    });
    await listener.psubscribe(`${prefix}*`);
    await eventually(() => expect(heardOn.size).toBe(4));
    listener.disconnect();
    const made = [NODE, '', '*', 'x'.repeat(10_000)].map((name) => `${prefix}frames:${name}`);
    return [...heardOn, ...made, ...HINTS.map((name) => prefix + name)];
  }

  async function goesOn(): Promise<void> {
    const before = heard().length;
    for (let n = 0; n < 5; n++) expect((await alice.says(chat, `message ${n}`)).status).toBe(201);
    await eventually(() =>
      expect(heard().slice(before)).toEqual([
        'message 0',
        'message 1',
        'message 2',
        'message 3',
        'message 4',
      ]),
    );
    for (const url of world.nodeUrls)
      await eventually(async () =>
        expect((await request('GET', `${url}/health/ready`)).body).toEqual({ status: 'ok' }),
      );
  }

  it('noise on every channel that a node listens to changes nothing', async () => {
    for (const channel of await channels()) for (const noise of NOISE) await redis.publish(channel, noise);
    await goesOn();
    expect(
      his.happenings.filter((event) => !['ready', 'conversation_created', 'new_message'].includes(event)),
    ).toEqual([]);
  });

  it('frames that are almost right are none, however many', async () => {
    for (let round = 0; round < 50; round++)
      for (const frame of almostFrames(chat, bob)) void redis.publish(`${prefix}frames:${NODE}`, frame);
    await goesOn();
    expect(heard()).toHaveLength(5);
  });

  it('hints that are forged or almost right put nobody online, and write for nobody', async () => {
    await his.asks('subscribe_presence', { userIds: [alice.id] });
    const [tenantId, node] = ['00000000-0000-0000-0000-000000000000', randomUUID()];
    const typing = { tenantId, conversationId: chat.id, userId: alice.id, audience: [bob.id], forMs: 5_000 };
    const almost = [
      { v: 2 },
      { node: 'x' },
      { typing: [{ ...typing, audience: bob.id }] },
      { typing: [{ ...typing, forMs: 1e9 }] },
    ];
    for (const more of almost)
      await redis.publish(`${prefix}typing-news`, JSON.stringify({ v: 1, node, typing: [typing], ...more }));
    for (const kind of ['asked', 'left', 'changed', 'gone'])
      await redis.publish(
        `${prefix}presence-news`,
        JSON.stringify({ v: 1, node, kind, people: [[tenantId, alice.id]] }),
      );
    await goesOn();
    expect([...his.heard('user_typing'), ...his.heard('presence_changed')]).toEqual([]);
  });

  it('a frame of nobody, about a conversation that is not there, is nobody’s news', async () => {
    const [almost = ''] = almostFrames(chat, bob);
    const frame = almost
      .replace('"v":99', '"v":1')
      .replace(chat.id, randomUUID())
      .replace(bob.id, randomUUID());
    for (let round = 0; round < 50; round++) await redis.publish(`${prefix}frames:${NODE}`, frame);
    await goesOn();
  });

  /** Of somebody's requests. After a count that could not be, nodes count by themselves for a while. */
  async function counted(): Promise<[Person, string]> {
    return eventually(async () => {
      const person = world.person('Somebody');
      await Promise.all([person.inbox(), person.at(1).inbox()]);
      const keys = await redis.keys(`${prefix}*${person.id}*`);
      expect(keys).toHaveLength(1);
      expect(await redis.get(keys[0] ?? '')).toBe('2');
      return [person, keys[0] ?? ''];
    }, 10_000);
  }

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['a list', async (key) => [await redis.del(key), await redis.rpush(key, 'x')]],
    ['text', (key) => redis.set(key, 'rubbish')],
    ['a number beyond all', (key) => redis.set(key, '9223372036854775807')],
    ['a megabyte', (key) => redis.set(key, 'x'.repeat(1024 * 1024))],
  ])('a count that has become %s is no way around the limit, and no fault', async (_what, spoil) => {
    const [person, key] = await counted();
    await spoil(key);
    const statuses = (await times(90, (index) => person.at(index % 2).inbox())).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(80);
    await redis.del(key);
  });

  it('a count without an end ends all the same', async () => {
    const [person, key] = await counted();
    await redis.set(key, '1000000');
    expect((await person.inbox()).status).toBe(429);
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it('when all of it is gone, nothing is', async () => {
    const kept = await redis.keys(`${prefix}*`);
    if (kept.length > 0) await redis.del(...kept);
    await goesOn();
  });
});
