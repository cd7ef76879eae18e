import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { PresenceDto } from '../../src/presence';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { World } from '../support/world';

/** How long somebody may be away without anybody being told. */
const GRACE_MS = 3_000;
const OFFLINE_WITHIN_MS = GRACE_MS + 2_500;

const ONLINE = { status: 'online', lastSeenAt: null };
const UNSEEN = { status: 'offline', lastSeenAt: null };
const GONE = { status: 'offline', lastSeenAt: expect.any(String) as string };

describe('presence', () => {
  let world: World;
  let redis: Redis;
  let prefix: string;
  let alice: Person;
  let bob: Person;
  const devices: Device[] = [];

  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    const { REDIS_URL = '', REDIS_KEY_PREFIX = '' } = world.environment;
    [redis, prefix] = [new Redis(REDIS_URL), REDIS_KEY_PREFIX];
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    await alice.chatWith(bob);
  });
  afterEach(() => {
    for (const device of devices.splice(0)) device.leaves();
  });
  afterAll(async () => {
    redis.disconnect();
    await world.stop();
  });

  async function comes(person: Person): Promise<Device> {
    const device = await person.connects();
    devices.push(device);
    return device;
  }
  const follows = (device: Device, ...people: { id: string }[]) =>
    device.asks<PresenceDto>('subscribe_presence', { userIds: people.map(({ id }) => id) });
  const asked = async (person: Person, ...people: { id: string }[]) => {
    const ids = people.map(({ id }) => id).join(',');
    return (await person.asks<PresenceDto>('GET', `/v1/presence?userIds=${ids}`)).body.users;
  };
  /** At both nodes: the one that has no socket of theirs reads it in Redis. */
  async function isSeen(who: Person): Promise<void> {
    for (const node of [0, 1])
      await eventually(async () => expect(await asked(alice.at(node), who)).toEqual({ [who.id]: ONLINE }));
  }
  const heard = (device: Device): string[] => device.heard('presence_changed').map(({ status }) => status);

  it('is that of all devices, at every node, by REST and by socket', async () => {
    const hers = await comes(alice);
    expect(await follows(hers, bob)).toEqual({
      ok: true,
      data: { users: { [bob.id]: UNSEEN }, businesses: {} },
    });
    const [one, other] = [await comes(bob), await comes(bob.at(1))];
    await eventually(() => expect(hers.heard('presence_changed')).toEqual([{ userId: bob.id, ...ONLINE }]));
    for (const node of [0, 1])
      await eventually(async () => expect(await asked(alice.at(node), bob)).toEqual({ [bob.id]: ONLINE }));
    expect(await follows(await comes(alice.at(1)), bob)).toMatchObject({
      data: { users: { [bob.id]: ONLINE } },
    });

    one.leaves();
    await delay(OFFLINE_WITHIN_MS);
    expect(heard(hers)).toEqual(['online']);
    expect(await asked(alice, bob)).toEqual({ [bob.id]: ONLINE });

    const left = Date.now();
    other.leaves();
    await eventually(() => expect(heard(hers)).toEqual(['online', 'offline']), OFFLINE_WITHIN_MS);
    expect(hers.heard('presence_changed')[1]).toEqual({ userId: bob.id, ...GONE });
    const { lastSeenAt } = (await asked(alice.at(1), bob))[bob.id] ?? UNSEEN;
    expect(hers.heard('presence_changed')[1]).toMatchObject({ lastSeenAt });
    expect(Math.abs(new Date(lastSeenAt ?? 0).getTime() - left)).toBeLessThan(1_000);
  }, 30_000);

  it('does not change for whoever is back in a moment, at the same node or another', async () => {
    const hers = await comes(alice.at(1));
    let his = await comes(bob);
    await isSeen(bob);
    await follows(hers, bob);
    for (const node of [0, 1, 1, 0]) {
      his.leaves();
      await delay(GRACE_MS / 4);
      his = await comes(bob.at(node));
      expect(await asked(alice.at(1), bob)).toEqual({ [bob.id]: ONLINE });
    }
    await delay(OFFLINE_WITHIN_MS);
    expect(heard(hers)).toEqual([]);
    expect(await asked(alice, bob)).toEqual({ [bob.id]: ONLINE });
  }, 30_000);

  it('is told to those who asked, until they ask no more', async () => {
    const [hers, quiet] = [await comes(alice), await comes(alice)];
    await follows(hers, bob);
    const his = await comes(bob);
    await eventually(() => expect(heard(hers)).toEqual(['online']));
    expect(await hers.asks('unsubscribe_presence', { userIds: [bob.id] })).toEqual({
      ok: true,
      data: { users: { [bob.id]: ONLINE }, businesses: {} },
    });
    his.leaves();
    await delay(OFFLINE_WITHIN_MS);
    expect(heard(hers)).toEqual(['online']);
    expect(heard(quiet)).toEqual([]);
  }, 20_000);

  it('T26 is offline, and never told, to whoever shares no conversation: until they do, and when they do no more', async () => {
    const [carol, hers] = [world.person('Carol'), await comes(alice.at(1))];
    const [his, carols] = [await comes(bob), await comes(carol)];
    const nobody = { id: randomUUID() };
    expect(await asked(carol, bob, nobody)).toEqual({ [bob.id]: UNSEEN, [nobody.id]: UNSEEN });
    expect(await follows(carols, bob, alice)).toMatchObject({
      data: { users: { [bob.id]: UNSEEN, [alice.id]: UNSEEN } },
    });
    his.leaves();
    await delay(OFFLINE_WITHIN_MS);
    await comes(bob.at(1));
    await isSeen(bob);
    await follows(hers, bob);
    expect(heard(carols)).toEqual([]);

    const group = await alice.at(1).groupWith(bob, carol);
    await eventually(() => expect(carols.heard('presence_changed')).toHaveLength(2));
    expect(await asked(carol, bob)).toEqual({ [bob.id]: ONLINE });
    await alice.at(1).removes(group, carol);
    await eventually(() => expect(heard(carols).slice(2)).toEqual(['offline', 'offline']));
    expect(carols.heard('presence_changed')[3]).toMatchObject({ lastSeenAt: null });
    expect(await asked(carol, bob)).toEqual({ [bob.id]: UNSEEN });
    expect(heard(hers)).toEqual([]);
  }, 30_000);

  it('is hidden from everybody by who hides when they were last seen, and shown again', async () => {
    const hers = await comes(alice);
    await comes(bob.at(1));
    await isSeen(bob);
    await follows(hers, bob);
    const shows = (lastSeen: string) =>
      bob.at(1).asks('PATCH', '/v1/users/me/privacy', { body: { lastSeen } });
    await shows('nobody');
    await eventually(() => expect(hers.heard('presence_changed')).toEqual([{ userId: bob.id, ...UNSEEN }]));
    expect(await asked(alice, bob)).toEqual({ [bob.id]: UNSEEN });
    expect(await follows(await comes(alice.at(1)), bob)).toMatchObject({
      data: { users: { [bob.id]: UNSEEN } },
    });
    await shows('everyone');
    await eventually(() => expect(heard(hers)).toEqual(['offline', 'online']));
    expect(await asked(alice, bob)).toEqual({ [bob.id]: ONLINE });
  });

  it('is hidden from whom one has blocked, also where both are in a group', async () => {
    await alice.groupWith(bob);
    const [hers, his] = [await comes(alice), await comes(bob.at(1))];
    await isSeen(bob);
    await Promise.all([follows(hers, bob), follows(his, alice)]);
    await bob.at(1).asks('PUT', `/v1/users/me/blocks/${alice.id}`);
    await eventually(() => expect(hers.heard('presence_changed')).toEqual([{ userId: bob.id, ...UNSEEN }]));
    expect(await asked(alice.at(1), bob)).toEqual({ [bob.id]: UNSEEN });
    expect(await asked(bob, alice)).toEqual({ [alice.id]: ONLINE });
    await bob.asks('DELETE', `/v1/users/me/blocks/${alice.id}`);
    await eventually(() => expect(heard(hers)).toEqual(['offline', 'online']));
    expect(heard(his)).toEqual([]);
  });

  it('is a key in Redis that ends by itself, named by its tenant', async () => {
    const tenantId = randomUUID();
    const namesake = world.person('Bob', { id: bob.id, tenantId });
    await comes(namesake);
    const theirs = `${prefix}t:${tenantId}:presence:${bob.id}`;
    await eventually(async () => expect(await redis.get(theirs)).toBe('online'));
    expect(await asked(alice, bob)).toEqual({ [bob.id]: UNSEEN });
    await comes(bob);
    const own = `${prefix}presence:${bob.id}`;
    await eventually(async () => expect(await redis.get(own)).toBe('online'));
    expect(await redis.ttl(own)).toBeGreaterThan(25);
    expect(await redis.ttl(own)).toBeLessThanOrEqual(30);
  });

  it('comes back by itself where Redis forgets it, and nobody is told anything', async () => {
    const hers = await comes(alice);
    await comes(bob.at(1));
    await isSeen(bob);
    await follows(hers, bob);
    await redis.del(`${prefix}presence:${bob.id}`);
    expect(await asked(alice, bob)).toMatchObject({ [bob.id]: { status: 'offline' } });
    await eventually(async () => expect(await asked(alice, bob)).toEqual({ [bob.id]: ONLINE }), 16_000);
    expect(heard(hers)).toEqual([]);
  }, 30_000);

  it('of a business is that of its agents, of whom there are none yet', async () => {
    const business = randomUUID();
    const nobody = { [business]: { status: 'offline', onlineAgents: 0 } };
    const { status, body } = await alice.asks<PresenceDto>('GET', `/v1/presence?businessIds=${business}`);
    expect({ status, body }).toEqual({ status: 200, body: { users: {}, businesses: nobody } });
    const hers = await comes(alice);
    expect(await hers.asks('subscribe_presence', { userIds: [], businessIds: [business] })).toEqual({
      ok: true,
      data: { users: {}, businesses: nobody },
    });
  });

  it('T20 is asked for, and followed, by the hundred', async () => {
    const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
    const statusOf = async (query: string) => (await alice.asks('GET', `/v1/presence${query}`)).status;
    expect(await statusOf(`?userIds=${ids(100).join()}&businessIds=${ids(100).join()}`)).toBe(200);
    expect(await statusOf('')).toBe(200);
    for (const query of [
      `?userIds=${ids(101).join()}`,
      '?userIds=',
      '?userIds=x',
      `?userIds=${bob.id},`,
      `?userIds=${bob.id}&userIds=${alice.id}`,
      '?people=1',
    ])
      expect({ query, status: await statusOf(query) }).toEqual({ query, status: 400 });

    const hers = await comes(alice);
    const follow = async (userIds: unknown) => hers.asks('subscribe_presence', { userIds });
    const refused = { ok: false, error: { code: 'validation_failed' } };
    for (const userIds of [ids(101), ['x'], 'x', undefined, [[]]])
      expect(await follow(userIds)).toMatchObject(refused);
    const many = ids(100);
    for (let time = 0; time < 7; time++) expect(await follow(many)).toMatchObject({ ok: true });
    for (let time = 0; time < 4; time++) expect(await follow(ids(100))).toMatchObject({ ok: true });
    expect(await follow(many)).toMatchObject({ ok: true });
    expect(await follow(ids(1))).toMatchObject(refused);
    await hers.asks('unsubscribe_presence', { userIds: many });
    expect(await follow(ids(100))).toMatchObject({ ok: true });
  });
});

describe('F20 people at a node that stops', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 3 });
  });
  afterAll(() => world.stop());

  it('are not gone when they come to another, and are when they do not', async () => {
    const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    await alice.groupWith(bob, carol);
    const hers = await alice.connects();
    const leaving = await Promise.all([bob.at(1).connects(), carol.at(1).connects()]);
    const userIds = [bob.id, carol.id];
    const follow = () => hers.asks<PresenceDto>('subscribe_presence', { userIds });
    await eventually(async () =>
      expect(await follow()).toMatchObject({ data: { users: { [bob.id]: ONLINE, [carol.id]: ONLINE } } }),
    );
    // Long after it was stored that she came.
    await delay(3_000);
    await world.stopNode(1);
    const left = Date.now();
    const back = await bob.at(2).connects();
    const changes = () => hers.heard('presence_changed');
    await eventually(() => expect(changes()).toEqual([{ userId: carol.id, ...GONE }]), 20_000);
    expect(Math.abs(new Date(changes()[0]?.lastSeenAt ?? 0).getTime() - left)).toBeLessThan(2_000);
    for (const device of [hers, back, ...leaving]) device.leaves();
  }, 40_000);
});

describe('F05 presence without Redis', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
  });
  afterAll(() => world.stop());

  it('is not known, which is no error', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.connects()];
    const { status, body } = await alice.asks<PresenceDto>('GET', `/v1/presence?userIds=${bob.id}`);
    expect(status).toBe(200);
    expect(body.users[bob.id]?.status).toBe('offline');
    expect(await hers.asks('subscribe_presence', { userIds: [bob.id] })).toMatchObject({
      ok: true,
      data: { users: { [bob.id]: { status: 'offline' } } },
    });
    for (const device of [hers, his]) device.leaves();
  });
});
