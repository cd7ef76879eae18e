import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/faults/fault-proxy';
import { HeldDeliveries } from '../../src/realtime/replay/held-deliveries';
import { createTestDatabase, type TestDatabase } from '../support/infra/test-database';
import { testRedisUrl } from '../support/realtime/test-redis';
import { World } from '../support/world';

const UNAVAILABLE = { reason: 'unavailable' };

describe.each(['cut', 'hole'] as const)('whoever comes while Postgres is away (%s)', (fault) => {
  let database: TestDatabase;
  let link: FaultProxy;
  let world: World;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    database = await createTestDatabase();
    link = await FaultProxy.to(database.url);
    world = await World.start({
      servers: { database: { ...database, url: link.url }, redisUrl: testRedisUrl() },
    });
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(async () => {
    link.become('none');
    await world.stop();
    link.close();
  });

  it('is let in all the same, told so, and told again when it is there', async () => {
    const chat = await alice.chatWith(bob);
    (await bob.connects()).leaves();
    await alice.says(chat, 'before');
    link.become(fault);
    const came = await Promise.all([bob.connects(), bob.connects()]);
    const late = await bob.connects();
    const devices = [...came, late];
    for (const device of devices) {
      expect(device.happenings).toEqual(['sync_required', 'ready']);
      expect(device.heard('sync_required')).toEqual([UNAVAILABLE]);
      expect(device.heard('ready')).toMatchObject([{ since: null }]);
    }
    const gone = await bob.connects();
    gone.leaves();

    link.become('none');
    for (const device of devices)
      await eventually(
        () => expect(device.heard('sync_required')).toEqual([UNAVAILABLE, UNAVAILABLE]),
        10_000,
      );
    await eventually(async () => expect((await alice.says(chat, 'after')).status).toBe(201), 10_000);
    for (const device of devices)
      await eventually(() => expect(device.messages.map(({ content }) => content)).toEqual(['after']));
    expect((await bob.connects()).messages.map(({ content }) => content)).toEqual(['before', 'after']);
    await eventually(() => expect(world.nodes[0]?.get(HeldDeliveries, { strict: false }).size).toBe(0));
    for (const device of devices) device.leaves();
  }, 60_000);
});
