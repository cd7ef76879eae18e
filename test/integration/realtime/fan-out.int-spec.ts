import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Announcement } from '../../../src/outbox';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { anAnnouncement } from '../../support/realtime/deliveries';
import { type RealtimeNode, startRealtimeNode } from '../../support/realtime/realtime-node';
import { RedisStandIn } from '../../support/realtime/redis-stand-in';

const alice = randomUUID();
const bob = randomUUID();
const mallory = randomUUID();

/** How long something that should not come is waited for. */
const A_WHILE_MS = 400;
const INTRODUCTION_MS = 2_000;
const HEALED_WITHIN_MS = 5_000;

describe('two nodes', () => {
  let redis: RedisStandIn;
  let one: RealtimeNode;
  let two: RealtimeNode;
  const devices: Device[] = [];
  let conversationId: string;

  beforeEach(async () => {
    redis = new RedisStandIn();
    [one, two] = await Promise.all([startRealtimeNode({ redis }), startRealtimeNode({ redis })]);
    for (const node of [one, two]) node.link.heal();
    conversationId = randomUUID();
    // They have got to know each other before anybody is there to hear of it.
    await delay(INTRODUCTION_MS);
  });
  afterEach(async () => {
    devices.splice(0).forEach((device) => device.leaves());
    await Promise.all([one.close(), two.close()]);
  });

  async function device(node: RealtimeNode, userId: string): Promise<Device> {
    const connected = await Device.connect(node.url, { auth: { token: userId } });
    devices.push(connected);
    return connected;
  }

  function change(rev: number, more: { sincePreviousMs?: number; audience?: string[] } = {}): Announcement {
    return anAnnouncement(rev, { conversationId, audience: [alice, bob], sincePreviousMs: 60_000, ...more });
  }

  const revs = (of: Device): number[] => of.messages.map(({ rev }) => rev);
  const askedToSync = (of: Device): number => of.heard('sync_required').length;

  it('tell every device of everybody in the audience, and nobody else', async () => {
    const hers = await Promise.all([device(one, alice), device(one, alice), device(two, alice)]);
    const his = await Promise.all([device(one, bob), device(two, bob)]);
    const theirs = await Promise.all([device(one, mallory), device(two, mallory)]);
    one.commits(change(7));
    await eventually(() => {
      for (const each of [...hers, ...his]) expect(revs(each)).toEqual([7]);
    });
    one.commits(change(8, { audience: [alice] }));
    await eventually(() => {
      for (const each of hers) expect(revs(each)).toEqual([7, 8]);
    });
    await delay(A_WHILE_MS);
    for (const each of his) expect(revs(each)).toEqual([7]);
    for (const each of theirs) expect(each.events).toEqual(['ready']);
  });

  it('keep one order, whoever commits and whatever overtakes', async () => {
    const everywhere = await Promise.all([device(one, alice), device(two, alice)]);
    const nodes = [one, two];
    one.commits(change(1));
    // Of two nodes that commit in turn, each hears the other's changes later than its own.
    for (let rev = 2; rev <= 60; rev++) nodes[rev % 2]?.commits(change(rev, { sincePreviousMs: 1 }));
    const inOrder = Array.from({ length: 60 }, (_, n) => n + 1);
    await eventually(() => {
      for (const each of everywhere) expect(revs(each)).toEqual(inOrder);
    });
    expect(everywhere.map(askedToSync)).toEqual([0, 0]);
  });

  it('ask Postgres for what does not come', async () => {
    const here = await device(two, alice);
    two.commits(change(4));
    two.history = [change(5, { sincePreviousMs: 1 })];
    two.commits(change(6, { sincePreviousMs: 1 }));
    await eventually(() => expect(revs(here)).toEqual([4, 5, 6]));
  });

  it('notice a frame that was lost on the way, although nothing follows it', async () => {
    const there = await device(two, bob);
    const here = await device(one, bob);
    one.commits(change(4));
    await eventually(() => expect(revs(there)).toEqual([4]));
    one.link.swallows = true;
    one.commits(change(5));
    one.link.swallows = false;
    await eventually(() => expect(askedToSync(there)).toBe(1), HEALED_WITHIN_MS);
    expect(revs(there)).toEqual([4]);
    expect(revs(here)).toEqual([4, 5]);
    expect(askedToSync(here)).toBe(0);
  });

  it('ask everybody to sync after one of them was cut off from Redis, and go on alone meanwhile', async () => {
    const there = await device(two, bob);
    const here = await device(one, bob);
    two.link.cut();
    one.commits(change(4));
    two.commits(change(1));
    await eventually(() => expect(revs(there)).toEqual([1]));
    expect(revs(here)).toEqual([4]);
    two.link.heal();
    await eventually(() => expect([here, there].map(askedToSync)).toEqual([1, 1]), HEALED_WITHIN_MS);
    one.commits(change(5));
    await eventually(() => expect(revs(there).at(-1)).toBe(5));
  });

  it('do not take silence for consent', async () => {
    const here = await device(one, bob);
    two.link.cut();
    await eventually(() => expect(askedToSync(here)).toBe(1), HEALED_WITHIN_MS);
  });

  it('say goodbye in good order', async () => {
    const here = await device(one, bob);
    const third = await startRealtimeNode({ redis });
    third.commits(change(4));
    await eventually(() => expect(revs(here)).toEqual([4]));
    await third.close();
    await delay(5_000);
    expect(askedToSync(here)).toBe(0);
  });

  it.each([
    ['no frame', 'hello'],
    ['null', 'null'],
    ['a frame for nobody', '{"v":1,"node":"x","n":1,"kind":"changes","deliveries":[null]}'],
  ])('are not impressed by %s', async (_what, text) => {
    const here = await device(one, bob);
    await two.link.publish('frames:mallory', text);
    one.commits(change(4));
    await eventually(() => expect(revs(here)).toEqual([4]));
    expect(askedToSync(here)).toBe(0);
  });
});
