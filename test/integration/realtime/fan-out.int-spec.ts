import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Announcement } from '../../../src/outbox';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { anAnnouncement } from '../../support/realtime/deliveries';
import { RealtimeNode } from '../../support/realtime/realtime-node';
import { RedisStandIn, type StandInLink } from '../../support/realtime/redis-stand-in';

const alice = randomUUID();
const bob = randomUUID();
const mallory = randomUUID();

/** How long something that should not come is waited for. */
const A_WHILE_MS = 400;

describe('two nodes', () => {
  let link: StandInLink;
  let one: RealtimeNode;
  let two: RealtimeNode;
  const devices: Device[] = [];
  let conversationId: string;

  beforeAll(async () => {
    const redis = new RedisStandIn();
    link = redis.link();
    one = await RealtimeNode.start({ redis: link });
    two = await RealtimeNode.start({ redis: redis.link() });
  });
  beforeEach(() => {
    conversationId = randomUUID();
  });
  afterEach(() => devices.splice(0).forEach((device) => device.leaves()));
  afterAll(() => Promise.all([one.close(), two.close()]));

  async function device(node: RealtimeNode, userId: string): Promise<Device> {
    const connected = await Device.connect(node.url, { auth: { token: userId } });
    devices.push(connected);
    return connected;
  }

  function change(rev: number, more: { sincePreviousMs?: number; audience?: string[] } = {}): Announcement {
    return anAnnouncement(rev, { conversationId, audience: [alice, bob], sincePreviousMs: 60_000, ...more });
  }

  const revs = (of: Device): number[] => of.messages.map(({ rev }) => rev);

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
    for (const each of everywhere) expect(each.heard('sync_required')).toEqual([]);
  });

  it('take over in one go what was committed in one', async () => {
    const there = await device(two, alice);
    const inOrder = Array.from({ length: 100 }, (_, n) => n + 1);
    one.commits(...inOrder.map((rev) => change(rev, { sincePreviousMs: 0 })));
    await eventually(() => expect(revs(there)).toEqual(inOrder));
  });

  it('ask the database for what does not come', async () => {
    const here = await device(two, alice);
    two.commits(change(4));
    two.history = [change(5, { sincePreviousMs: 1 })];
    two.commits(change(6, { sincePreviousMs: 1 }));
    await eventually(() => expect(revs(here)).toEqual([4, 5, 6]));
  });

  it('F13 say of what comes after its turn, and is not in the database, that there was something', async () => {
    const here = await device(two, alice);
    two.commits(change(4));
    two.commits(change(6, { sincePreviousMs: 1 }));
    await eventually(() => expect(revs(here)).toEqual([4, 6]));
    expect(here.heard('sync_required')).toEqual([]);
    one.commits(change(5, { sincePreviousMs: 1 }), change(7, { sincePreviousMs: 1 }));
    await eventually(() => expect(revs(here)).toEqual([4, 6, 7]));
    expect(here.heard('sync_required')).toEqual([{ reason: 'missed_events' }]);
  });

  it.each([
    ['no frame', 'hello'],
    ['null', 'null'],
    ['a frame for nobody', '{"v":1,"node":"x","n":1,"kind":"changes","deliveries":[null]}'],
  ])('are not impressed by %s', async (_what, text) => {
    const there = await device(two, bob);
    await link.publish('frames:mallory', text);
    one.commits(change(4));
    await eventually(() => expect(revs(there)).toEqual([4]));
    expect(there.heard('sync_required')).toEqual([]);
  });
});
