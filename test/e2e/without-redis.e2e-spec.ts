import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/faults/fault-proxy';
import { testRedisUrl } from '../support/realtime/test-redis';
import { request } from '../support/rest';
import { upTo } from '../support/times';
import { World } from '../support/world';

describe('F05 a node without Redis', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
  });
  afterAll(() => world.stop());

  it('says so, and goes on', async () => {
    const { status, body } = await request('GET', `${world.nodeUrls[0]}/health/ready`);
    expect({ status, body }).toEqual({ status: 200, body: { status: 'degraded' } });
  });

  it('takes messages as ever, and its own sockets hear them in order', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.connects()];
    for (const [index, door] of [alice, hers, his, bob, alice].entries()) {
      await door.says(chat, `message ${index}`);
    }
    for (const device of [hers, his]) {
      await eventually(() => expect(device.messages.map(({ seq }) => seq)).toEqual(upTo(5)));
    }
  });

  it('is not slow about it', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const began = performance.now();
    for (let count = 0; count < 20; count++) expect((await alice.says(chat, 'quick')).status).toBe(201);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});

describe.each(['cut', 'hole'] as const)('F07 a node that lost its Redis for a while (%s)', (fault) => {
  let world: World;
  let link: FaultProxy;
  beforeAll(async () => {
    link = await FaultProxy.to(testRedisUrl());
    world = await World.start();
    await world.startNode({ REDIS_URL: link.url });
  });
  afterAll(async () => {
    await world.stop();
    link.close();
  });

  it('tells its sockets that they may have missed something, and they hear again', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const his = await bob.at(1).connects();
    const heard = () => his.messages.map(({ content }) => content);
    const health = async () => (await request('GET', `${world.nodeUrls[1]}/health/ready`)).body;
    await eventually(async () => expect(await health()).toEqual({ status: 'ok' }));
    await alice.says(chat, 'before');
    await eventually(() => expect(heard()).toEqual(['before']));

    link.become(fault);
    await eventually(async () => expect(await health()).toEqual({ status: 'degraded' }));
    await alice.says(chat, 'meanwhile');
    const frames = his.heard('sync_required').length;
    link.become('none');

    await eventually(() => expect(his.heard('sync_required').length).toBeGreaterThan(frames), 7_000);
    await alice.says(chat, 'after');
    await eventually(() => expect(heard().slice(-1)).toEqual(['after']));
    expect((await bob.reads(chat)).body.items.map(({ content }) => content)).toEqual([
      'before',
      'meanwhile',
      'after',
    ]);
  });
});
