import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/faults/fault-proxy';
import { testRedisUrl } from '../support/realtime/test-redis';
import { World } from '../support/world';

/** Each node has heard a beat of the other: of one that was never heard nobody knows that it is silent. */
const ACQUAINTED_MS = 2_500;
/** Both nodes know by then that they do not hear each other, and have seen to what they missed. */
const NOTICED_MS = 7_000;
/** Longer than the looks back that are remembered. */
const SILENT_MS = 45_000;
const HEALED_WITHIN_MS = 6_000;

describe('F07 a node that was without Redis from its start', () => {
  let world: World;
  let link: FaultProxy;
  beforeAll(async () => {
    link = await FaultProxy.to(testRedisUrl());
    link.become('cut');
    world = await World.start();
    await world.startNode({ REDIS_URL: link.url });
  });
  afterAll(async () => {
    link.become('none');
    await world.stop();
    link.close();
  });

  it('has long done what others hear of when they hear of it first: unread counts are right at once', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const [here, there] = [await bob.at(0).connects(), await bob.at(1).connects()];
    const told = (device: Device): number | undefined => device.heard('unread_changed').at(-1)?.unreadCount;
    const chat = await alice.at(1).chatWith(bob);
    await alice.at(1).says(chat, 'not heard at the other');
    await eventually(() => expect(told(there)).toBe(1));
    await delay(SILENT_MS);
    expect(told(here)).toBeUndefined();
    link.become('none');
    await eventually(() => expect(told(here)).toBe(1), HEALED_WITHIN_MS);
    for (const device of [here, there]) device.leaves();
  }, 90_000);
});

describe.each(['cut', 'hole'] as const)('F07 a node without Redis for long (%s)', (fault) => {
  let world: World;
  let link: FaultProxy;
  beforeAll(async () => {
    link = await FaultProxy.to(testRedisUrl());
    world = await World.start();
    await world.startNode({ REDIS_URL: link.url });
  });
  afterAll(async () => {
    link.become('none');
    await world.stop();
    link.close();
  });

  it('missed early on what it is told late: unread counts are right again, at that node and at the others', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const [here, there] = [await bob.at(0).connects(), await bob.at(1).connects()];
    const told = (device: Device, { id }: { id: string }): number | undefined =>
      device.heard('unread_changed').findLast(({ conversationId }) => conversationId === id)?.unreadCount;
    await alice.says(chat, 'heard by all');
    for (const device of [here, there]) await eventually(() => expect(told(device, chat)).toBe(1));

    await delay(ACQUAINTED_MS);
    link.become(fault);
    await delay(NOTICED_MS);
    const groups = [await alice.at(0).groupWith(bob), await alice.at(1).groupWith(bob)];
    for (const [node, group] of groups.entries()) await alice.at(node).says(group, 'not heard at the other');
    await bob.at(1).marksRead(chat, { seq: 1 });
    await delay(SILENT_MS - NOTICED_MS);
    const [first, second] = groups as [ConversationDto, ConversationDto];
    expect(told(here, first)).toBe(1);
    expect(told(here, second)).toBeUndefined();
    expect(told(there, first)).toBeUndefined();
    expect(told(there, second)).toBe(1);

    link.become('none');
    await eventually(() => {
      const counts = [here, there].map((device) => [chat, first, second].map((one) => told(device, one)));
      expect(counts).toEqual([
        [0, 1, 1],
        [0, 1, 1],
      ]);
    }, HEALED_WITHIN_MS);
  }, 120_000);
});
