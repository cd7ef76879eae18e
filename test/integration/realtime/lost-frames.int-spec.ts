import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Announcement } from '../../../src/outbox';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { anAnnouncement } from '../../support/realtime/deliveries';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { RealtimeNode } from '../../support/realtime/realtime-node';
import { RedisStandIn, type StandInLink } from '../../support/realtime/redis-stand-in';
import { testRedisUrl } from '../../support/realtime/test-redis';

const bob = randomUUID();

/** Nodes know each other's numbers once each has said one. */
const INTRODUCTION_MS = 1_500;
const HEALED_WITHIN_MS = 5_000;

const change = (conversationId: string, rev: number): Announcement =>
  anAnnouncement(rev, { conversationId, audience: [bob], sincePreviousMs: 60_000 });
const bobsDevice = (node: RealtimeNode): Promise<Device> =>
  Device.connect(node.url, { auth: { token: bob } });
const revs = (of: Device): number[] => of.messages.map(({ rev }) => rev);
const askedToSync = (of: Device): number => of.heard('sync_required').length;

describe('frames that are lost', () => {
  let redis: RedisStandIn;
  let links: readonly [StandInLink, StandInLink];
  let one: RealtimeNode;
  let two: RealtimeNode;
  let here: Device;
  let there: Device;
  const conversationId = randomUUID();

  beforeEach(async () => {
    redis = new RedisStandIn();
    links = [redis.link(), redis.link()];
    one = await RealtimeNode.start({ redis: links[0] });
    two = await RealtimeNode.start({ redis: links[1] });
    for (const link of links) link.heal();
    await delay(INTRODUCTION_MS);
    [here, there] = await Promise.all([bobsDevice(one), bobsDevice(two)]);
  });
  afterEach(async () => {
    for (const device of [here, there]) device.leaves();
    await Promise.all([one.close(), two.close()]);
  });

  it('on the way are missed, although nothing follows them', async () => {
    one.commits(change(conversationId, 4));
    await eventually(() => expect(revs(there)).toEqual([4]));
    links[0].swallows = true;
    one.commits(change(conversationId, 5));
    links[0].swallows = false;
    await eventually(() => expect(askedToSync(there)).toBe(1), HEALED_WITHIN_MS);
    expect(there.heard('sync_required')).toEqual([{ reason: 'missed_events' }]);
    expect(revs(there)).toEqual([4]);
    expect(revs(here)).toEqual([4, 5]);
    expect(askedToSync(here)).toBe(0);
  });

  it('by a node that was cut off are missed by it and by the others; each went on alone meanwhile', async () => {
    links[1].cut();
    one.commits(change(conversationId, 4));
    two.commits(change(randomUUID(), 1));
    await eventually(() => expect([revs(here), revs(there)]).toEqual([[4], [1]]));
    links[1].heal();
    await eventually(() => expect([here, there].map(askedToSync)).toEqual([1, 1]), HEALED_WITHIN_MS);
    one.commits(change(conversationId, 5));
    await eventually(() => expect(revs(there)).toEqual([1, 5]));
  });

  it('by a node that fell silent may have been many', async () => {
    links[1].cut();
    await eventually(() => expect(askedToSync(here)).toBe(1), HEALED_WITHIN_MS);
  });

  it('are not suspected of a node that said goodbye', async () => {
    const third = await RealtimeNode.start({ redis: redis.link() });
    third.commits(change(conversationId, 4));
    await eventually(() => expect(revs(here)).toEqual([4]));
    await third.close();
    await delay(HEALED_WITHIN_MS);
    expect([here, there].map(askedToSync)).toEqual([0, 0]);
  });
});

describe('a node whose link to a real Redis breaks', () => {
  it.each(['cut', 'hole'] as const)('by a %s goes on, and asks for a sync when it is back', async (fault) => {
    const conversationId = randomUUID();
    const proxy = await FaultProxy.to(testRedisUrl());
    const one = await RealtimeNode.start({ redis: testRedisUrl() });
    const two = await RealtimeNode.start({ redis: proxy.url });
    await delay(INTRODUCTION_MS);
    const [here, there] = await Promise.all([bobsDevice(one), bobsDevice(two)]);
    one.commits(change(conversationId, 4));
    await eventually(() => expect([revs(here), revs(there)]).toEqual([[4], [4]]));

    proxy.become(fault);
    one.commits(change(conversationId, 5));
    two.commits(change(randomUUID(), 1));
    await delay(3_000);
    expect([revs(here), revs(there)]).toEqual([
      [4, 5],
      [4, 1],
    ]);

    const before = [here, there].map(askedToSync);
    proxy.become('none');
    await eventually(
      () => expect([here, there].map(askedToSync)).toEqual(before.map((times) => times + 1)),
      HEALED_WITHIN_MS,
    );
    one.commits(change(conversationId, 6));
    two.commits(change(conversationId, 7));
    await eventually(() => expect(revs(there).slice(-2)).toEqual([6, 7]));
    await eventually(() => expect(revs(here).slice(-2)).toEqual([6, 7]));

    for (const device of [here, there]) device.leaves();
    await Promise.all([one.close(), two.close()]);
    proxy.close();
  });
});
