import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { World } from '../support/world';

const ENDS_AFTER_MS = 5_000;
/** Two nodes look at their clocks a few times a second. */
const LATE_MS = 700;

describe('typing', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let hers: Device;
  let his: Device;
  const devices: Device[] = [];

  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    [hers, his] = [await comes(alice), await comes(bob.at(1))];
  });
  afterEach(() => {
    for (const device of devices.splice(0)) device.leaves();
  });
  afterAll(() => world.stop());

  async function comes(person: Person): Promise<Device> {
    const device = await person.connects();
    devices.push(device);
    return device;
  }
  const types = (device: Device, where: { id: string } = chat) =>
    device.asks('typing_start', { conversationId: where.id });
  const stops = (device: Device) => device.asks('typing_stop', { conversationId: chat.id });
  const heard = (device: Device): boolean[] => device.heard('user_typing').map(({ isTyping }) => isTyping);
  const timesOf = (device: Device): number[] =>
    device.frames.filter(({ event }) => event === 'user_typing').map(({ at }) => at);

  it('is heard by the other devices of the others, at every node, and by none of one’s own', async () => {
    const [his2, hers2] = [await comes(bob), await comes(alice.at(1))];
    expect(await types(hers)).toEqual({ ok: true, data: null });
    const frame = { conversationId: chat.id, userId: alice.id, isTyping: true };
    for (const device of [his, his2])
      await eventually(() => expect(device.heard('user_typing')).toEqual([frame]));
    expect(await stops(hers)).toEqual({ ok: true, data: null });
    for (const device of [his, his2])
      await eventually(() =>
        expect(device.heard('user_typing')).toEqual([frame, { ...frame, isTyping: false }]),
      );
    expect([...heard(hers), ...heard(hers2)]).toEqual([]);
  });

  it('ends by itself five seconds after it was last said, however often it is said', async () => {
    const [his2, began] = [await comes(bob), performance.now()];
    for (let time = 0; time < 8; time++) {
      await types(hers);
      await delay(250);
    }
    const lastSaid = performance.now() - 250;
    for (const device of [his, his2]) {
      await eventually(() => expect(heard(device)).toEqual([true, false]), 8_000);
      const [from = 0, to = 0] = timesOf(device);
      expect(to - from).toBeGreaterThan(lastSaid - began + ENDS_AFTER_MS - LATE_MS);
      expect(to - from).toBeLessThan(lastSaid - began + ENDS_AFTER_MS + LATE_MS);
    }
    await types(hers);
    await eventually(() => expect(heard(his)).toEqual([true, false, true]));
  }, 20_000);

  it('goes on for as long as it is said, at the other node too', async () => {
    for (let time = 0; time < 5; time++) {
      await types(hers);
      await delay(1_500);
    }
    expect(heard(his)).toEqual([true]);
    await stops(hers);
    await eventually(() => expect(heard(his)).toEqual([true, false]));
  }, 20_000);

  it.each([
    ['sends there', () => hers.says(chat, 'done')],
    ['sends there by another door, at the other node', () => alice.at(1).says(chat, 'done')],
    ['disconnects', () => Promise.resolve(hers.leaves())],
    ['blocks', () => alice.at(1).asks('PUT', `/v1/users/me/blocks/${bob.id}`)],
    ['is blocked', () => bob.at(1).asks('PUT', `/v1/users/me/blocks/${alice.id}`)],
  ])('ends at once when who types %s', async (_what, ends: () => Promise<unknown>) => {
    const here = await comes(bob);
    await types(hers);
    for (const device of [his, here]) await eventually(() => expect(heard(device)).toEqual([true]));
    await ends();
    for (const device of [his, here])
      await eventually(() => expect(heard(device)).toEqual([true, false]), 2_000);
  });

  it('ends when who types is removed; who is removed hears nothing more of it', async () => {
    const carol = world.person('Carol');
    const group = await alice.groupWith(bob, carol);
    const carols = await comes(carol.at(1));
    await types(carols, group);
    await types(hers, group);
    await eventually(() => expect(heard(his)).toEqual([true, true]));
    await eventually(() => expect(heard(carols)).toEqual([true]));
    await alice.removes(group, carol);
    await eventually(() => expect(heard(his)).toEqual([true, true, false]));
    await hers.asks('typing_stop', { conversationId: group.id });
    await eventually(() => expect(heard(his)).toEqual([true, true, false, false]));
    expect(heard(carols)).toEqual([true]);
    expect(await types(carols, group)).toMatchObject({
      ok: false,
      error: { code: 'conversation_not_found' },
    });
  });

  it('T06 is for members only, and says nothing of what there is', async () => {
    const mallory = await comes(world.person('Mallory'));
    const namesake = await comes(world.person('Alice', { id: alice.id, tenantId: randomUUID() }));
    const nowhere = { id: randomUUID() };
    for (const device of [mallory, namesake]) {
      const [there, missing] = [await types(device), await types(device, nowhere)];
      expect(there).toMatchObject({ ok: false, error: { code: 'conversation_not_found', status: 404 } });
      expect(missing).toMatchObject({ ok: false, error: { code: 'conversation_not_found', status: 404 } });
    }
    await types(hers);
    await eventually(() => expect(heard(his)).toEqual([true]));
    expect(his.heard('user_typing')).toMatchObject([{ userId: alice.id }]);
    expect([...heard(mallory), ...heard(namesake)]).toEqual([]);
  });

  it('is not heard between two of whom one has blocked the other, who are told nothing of it', async () => {
    await bob.asks('PUT', `/v1/users/me/blocks/${alice.id}`);
    expect(await types(hers)).toEqual({ ok: true, data: null });
    expect(await types(his)).toEqual({ ok: true, data: null });
    const group = await alice.groupWith(bob);
    await types(hers, group);
    await eventually(() => expect(his.heard('user_typing')).toMatchObject([{ conversationId: group.id }]));
    expect(heard(hers)).toEqual([]);
  });

  it('that was stopped before it was known who may hear it has not begun', async () => {
    await Promise.all([types(hers), stops(hers)]);
    await delay(500);
    const began = heard(his).filter(Boolean).length;
    expect(heard(his).filter((isTyping) => !isTyping)).toHaveLength(began);
  });

  it('is a key in Redis for as long as it lasts', async () => {
    const { REDIS_URL = '', REDIS_KEY_PREFIX = '' } = world.environment;
    const redis = new Redis(REDIS_URL);
    try {
      const key = `${REDIS_KEY_PREFIX}typing:${chat.id}:${alice.id}`;
      await types(hers);
      await eventually(async () => expect(await redis.pttl(key)).toBeGreaterThan(0), 1_000);
      expect(await redis.pttl(key)).toBeLessThanOrEqual(ENDS_AFTER_MS);
      await stops(hers);
      await eventually(async () => expect(await redis.exists(key)).toBe(0), 1_000);

      const tenantId = randomUUID();
      const [carol, dave] = ['Carol', 'Dave'].map((name) => world.person(name, { tenantId })) as [
        Person,
        Person,
      ];
      const theirs = await carol.chatWith(dave);
      await types(await comes(carol), theirs);
      const prefixed = `${REDIS_KEY_PREFIX}t:${tenantId}:typing:${theirs.id}:${carol.id}`;
      await eventually(async () => expect(await redis.get(prefixed)).toBe('1'), 1_000);
    } finally {
      redis.disconnect();
    }
  });

  it('is refused in words where it is no such thing', async () => {
    for (const body of [undefined, {}, { conversationId: 'x' }, { conversationId: chat.id, userId: bob.id }])
      expect(await hers.asks('typing_start', body)).toMatchObject({
        ok: false,
        error: { code: 'validation_failed' },
      });
  });

  it('stores nothing', async () => {
    await types(hers);
    await stops(hers);
    const events = await world.database.query('SELECT event_type FROM outbox WHERE conversation_uuid = $1', [
      chat.id,
    ]);
    expect(events).toEqual([{ event_type: 'ConversationCreated' }]);
  });
});

describe('F05 typing without Redis', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
  });
  afterAll(() => world.stop());

  it('is heard at its own node, and ends', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.connects()];
    expect(await hers.asks('typing_start', { conversationId: chat.id })).toEqual({ ok: true, data: null });
    const heard = () => his.heard('user_typing').map(({ isTyping }) => isTyping);
    await eventually(() => expect(heard()).toEqual([true]));
    await eventually(() => expect(heard()).toEqual([true, false]), 6_000);
    for (const device of [hers, his]) device.leaves();
  }, 15_000);
});
