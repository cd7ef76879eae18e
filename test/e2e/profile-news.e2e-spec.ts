import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblem } from '../support/problem';
import { type Answer, request } from '../support/rest';
import { SERVICE_TOKEN, World } from '../support/world';

const A_WHILE_MS = 400;

describe('a profile that was changed', () => {
  let world: World;
  const devices: Device[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterEach(() => {
    world.kaha.behave({ kind: 'ok' });
    devices.splice(0).forEach((device) => device.leaves());
  });
  afterAll(() => world.stop());

  async function connect(person: Person, node: number): Promise<Device> {
    const device = await person.at(node).connects();
    devices.push(device);
    return device;
  }

  function tells(body: object, tenantId?: string): Promise<Answer<unknown>> {
    return request('POST', `${world.nodeUrls[0]}/v1/internal/events`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}`, ...(tenantId && { 'x-tenant-id': tenantId }) },
      body,
    });
  }

  it('is heard of by everybody in a conversation with them, at every node, and by nobody else', async () => {
    const [alice, bob, carol, left] = ['Alice', 'Bob', 'Carol', 'Left'].map((name) => world.person(name)) as [
      Person,
      Person,
      Person,
      Person,
    ];
    await alice.chatWith(bob);
    const group = await alice.groupWith(bob, left);
    await left.removes(group, left);
    const hers = [await connect(alice, 0), await connect(alice, 1)];
    const his = [await connect(bob, 0), await connect(bob, 1)];
    const others = [await connect(carol, 0), await connect(left, 1)];

    world.kaha.knowsUsers({
      uuid: alice.id,
      name: 'Alice the Second',
      avatar_url: 'https://a.example/2.png',
    });
    expect((await tells({ type: 'user.profile.updated', uuid: alice.id.toUpperCase() })).status).toBe(202);
    const profile = {
      id: alice.id,
      name: 'Alice the Second',
      avatarUrl: 'https://a.example/2.png',
      stale: false,
      asOf: expect.any(String),
    };
    await eventually(() => {
      for (const device of [...hers, ...his]) expect(device.heard('profile_updated')).toEqual([{ profile }]);
    });
    await delay(A_WHILE_MS);
    for (const device of others) expect(device.heard('profile_updated')).toEqual([]);
    expect((await bob.inbox()).body.items[0]?.participants).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ profile: expect.objectContaining({ name: profile.name }) }),
      ]),
    );
  });

  it('is that of one tenant only', async () => {
    const id = randomUUID();
    const [here, there] = [
      world.person('Here', { id }),
      world.person('There', { id, tenantId: randomUUID() }),
    ];
    await here.chatWith(world.person('Bob'));
    const device = await connect(here, 0);
    expect((await tells({ type: 'user.profile.updated', uuid: id }, randomUUID())).status).toBe(202);
    await delay(A_WHILE_MS);
    expect(device.heard('profile_updated')).toEqual([]);
    expect(there.id).toBe(here.id);
  });

  it('is told to nobody where upstream can not say what it is now', async () => {
    const alice = world.person('Alice');
    await alice.chatWith(world.person('Bob'));
    const device = await connect(alice, 1);
    world.kaha.behave({ kind: 'status', status: 500 });
    expect((await tells({ type: 'user.profile.updated', uuid: alice.id })).status).toBe(202);
    await delay(A_WHILE_MS);
    expect(device.heard('profile_updated')).toEqual([]);
  });

  it('of a business is taken likewise', async () => {
    expect((await tells({ type: 'business.profile.updated', uuid: randomUUID() })).status).toBe(202);
  });

  it.each([
    ['no uuid', { type: 'user.profile.updated' }],
    ['a uuid that is none', { type: 'business.profile.updated', uuid: 'x' }],
    [
      'a field of another event',
      { type: 'user.profile.updated', uuid: randomUUID(), before: new Date(0).toISOString() },
    ],
    ['an event nobody knows', { type: 'user.profile.deleted', uuid: randomUUID() }],
  ])('is not believed with %s', async (_what, body) => {
    expectProblem(await tells(body), 'validation_failed');
  });
});
