import { setTimeout as delay } from 'node:timers/promises';
import type { Device } from '../support/device';
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

/** Each node has heard a beat of the other. */
const ACQUAINTED_MS = 2_500;
const NOTICED_WITHIN_MS = 3_000;
const HEALED_WITHIN_MS = 5_000;

describe.each(['cut', 'hole', 'half'] as const)(
  'F07 a node that lost its Redis for a while (%s)',
  (fault) => {
    let world: World;
    let link: FaultProxy;
    beforeAll(async () => {
      link = await FaultProxy.to(testRedisUrl());
      world = await World.start();
      await world.startNode({ REDIS_URL: link.url });
      await delay(ACQUAINTED_MS);
    });
    afterAll(async () => {
      await world.stop();
      link.close();
    });

    it('says so soon; when it is back its sockets know that they may have missed something, and the others of what it did', async () => {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      const chat = await alice.chatWith(bob);
      const [hers, his] = [await alice.connects(), await bob.at(1).connects()];
      const said = (device: Device) => device.messages.map(({ content }) => content);
      const health = async () => (await request('GET', `${world.nodeUrls[1]}/health/ready`)).body;
      await eventually(async () => expect(await health()).toEqual({ status: 'ok' }));
      await alice.says(chat, 'before');
      await eventually(() => expect([said(hers), said(his)]).toEqual([['before'], ['before']]));

      link.become(fault);
      await eventually(async () => expect(await health()).toEqual({ status: 'degraded' }), NOTICED_WITHIN_MS);
      await alice.says(chat, 'meanwhile there');
      await bob.at(1).says(chat, 'meanwhile here');
      await eventually(() => expect(his.messages.at(-1)?.content).toBe('meanwhile here'));
      const before = [hers, his].map((device) => device.heard('sync_required').length);
      link.become('none');

      /** What one node says may arrive though it hears nothing. */
      const knows = (device: Device, asked = 0): boolean =>
        device.heard('sync_required').length > asked || device.messages.length === 3;
      await eventually(() => {
        expect([hers, his].map((device, index) => knows(device, before[index]))).toEqual([true, true]);
      }, HEALED_WITHIN_MS);
      await eventually(async () => expect(await health()).toEqual({ status: 'ok' }));
      await alice.says(chat, 'after');
      await eventually(() => expect(said(his).slice(-1)).toEqual(['after']));
      expect((await bob.reads(chat)).body.items.map(({ content }) => content)).toEqual([
        'before',
        'meanwhile there',
        'meanwhile here',
        'after',
      ]);
      for (const device of [hers, his]) device.leaves();
    });
  },
);

describe('F07 a node that hears others and is not heard', () => {
  let world: World;
  let link: FaultProxy;
  beforeAll(async () => {
    link = await FaultProxy.to(testRedisUrl());
    world = await World.start();
    await world.startNode({ REDIS_URL: link.url });
    await delay(ACQUAINTED_MS);
  });
  afterAll(async () => {
    await world.stop();
    link.close();
  });

  it('has what it did made known when it is, soon, also if it never noticed', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.at(1).connects()];
    link.become('mute');
    await bob.at(1).says(chat, 'unheard');
    await alice.says(chat, 'heard');
    await eventually(() => expect(his.messages.map(({ content }) => content)).toEqual(['unheard', 'heard']));
    link.become('none');
    await eventually(() => expect(hers.heard('sync_required')).not.toEqual([]), HEALED_WITHIN_MS);
    for (const device of [hers, his]) device.leaves();
  });
});
