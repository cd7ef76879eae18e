import { setTimeout as delay } from 'node:timers/promises';
import { CatchUp } from '../../src/realtime/fanout/catch-up';
import { UnreadCheck } from '../../src/realtime/unread/unread-check';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { WorldRedis } from '../support/realtime/world-redis';
import { Scrape } from '../support/scrape';
import { StatementLog } from '../support/statement-log';
import { upTo } from '../support/times';
import { World } from '../support/world';

interface Chat {
  readonly id: string;
}

/** Time for a count that is not to be told to be told all the same. */
const A_WHILE_MS = 800;
/** From a loss to its repair. */
const HEALED_WITHIN_MS = 5_000;

describe('the number of unread messages', () => {
  let world: World;
  let redis: WorldRedis;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    redis = WorldRedis.of(world.environment);
  });
  beforeEach(() => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(async () => {
    await redis.close();
    await world.stop();
  });

  /** What the device was told of this conversation, in order. */
  const told = (device: Device, { id }: Chat): number[] =>
    device
      .heard('unread_changed')
      .filter(({ conversationId }) => conversationId === id)
      .map(({ unreadCount }) => unreadCount);

  const isTold = (device: Device, chat: Chat, count: number): Promise<void> =>
    eventually(() => expect(told(device, chat).at(-1)).toBe(count));

  const inRedis = async (person: Person, chat: Chat): Promise<string | undefined> =>
    (await redis.get(`unread:${person.id}:${chat.id}`))?.split(':')[0];

  it('is told to each device of who has not read them, at every node, and to nobody else', async () => {
    const chat = await alice.chatWith(bob);
    const his = await Promise.all([bob, bob.at(1), bob.at(1)].map((person) => person.connects()));
    const hers = await alice.connects();
    await alice.says(chat, 'one');
    for (const device of his) await isTold(device, chat, 1);
    await alice.says(chat, 'two');
    for (const device of his) await isTold(device, chat, 2);
    expect(his[0]?.heard('unread_changed').at(-1)).toEqual({ conversationId: chat.id, unreadCount: 2 });
    expect(new Set(told(hers, chat))).toEqual(new Set([0]));
  });

  it('is told a few times, not a hundred, when a hundred messages come at once', async () => {
    const others = upTo(7).map((n) => world.person(`Member ${n}`));
    const group = await alice.groupWith(...others);
    const devices = await Promise.all(others.map((person, index) => person.at(index % 2).connects()));
    await Promise.all(upTo(100).map((n) => alice.says(group, `${n}`)));
    for (const device of devices) {
      await isTold(device, group, 100);
      expect(told(device, group).length).toBeLessThan(20);
    }
  });

  it('falls on all devices when one of them has read, whichever way it says so', async () => {
    const chat = await alice.chatWith(bob);
    for (const n of upTo(5)) await alice.says(chat, `${n}`);
    const [here, there] = [await bob.connects(), await bob.at(1).connects()];
    expect(await here.asks('mark_as_read', { conversationId: chat.id, seq: 2 })).toEqual({
      ok: true,
      data: { lastReadSeq: 2, unreadCount: 3 },
    });
    for (const device of [here, there]) await isTold(device, chat, 3);
    await bob.at(1).marksRead(chat, { seq: 4 });
    for (const device of [here, there]) await isTold(device, chat, 1);
    await bob.says(chat, 'an answer');
    for (const device of [here, there]) await isTold(device, chat, 0);
  });

  it('falls when what was not read is deleted, or its time is over', async () => {
    const chat = await alice.chatWith(bob);
    const his = await bob.at(1).connects();
    const { id } = (await alice.says(chat, 'oops')).body;
    await alice.says(chat, 'hello');
    await alice.says(chat, 'for a second', { expiresInSeconds: 1 });
    await isTold(his, chat, 3);
    await alice.deletes(chat, id);
    await isTold(his, chat, 1);
  });

  it('leaves out what the service says of the conversation', async () => {
    const group = await alice.groupWith(bob);
    const his = await bob.connects();
    await alice.changes(group, { name: 'renamed' });
    await alice.adds(group, world.person('Carol'));
    await alice.says(group, 'hello');
    await isTold(his, group, 1);
    expect(told(his, group)).toEqual([1]);
  });

  it('begins at nothing for who joins, and who was removed hears no more of it', async () => {
    const group = await alice.groupWith(bob);
    const carol = world.person('Carol');
    const [his, hers] = [await bob.connects(), await carol.at(1).connects()];
    for (const n of upTo(3)) await alice.says(group, `${n}`);
    await isTold(his, group, 3);
    await alice.adds(group, carol);
    await alice.says(group, 'welcome');
    await isTold(hers, group, 1);

    await Promise.all([alice.says(group, 'and'), alice.removes(group, bob)]);
    await alice.says(group, 'without him');
    await eventually(() => expect(his.heard('participant_removed')).toHaveLength(1));
    await isTold(hers, group, 3);
    const lastOfAll = his.frames.findLastIndex(({ frame }) => JSON.stringify(frame).includes(group.id));
    expect(his.frames[lastOfAll]?.event).toBe('participant_removed');
    await eventually(async () => expect(await inRedis(bob, group)).toBeUndefined());

    await alice.adds(group, bob);
    await isTold(his, group, 0);
    await alice.says(group, 'again');
    await isTold(his, group, 1);
  });

  it('is not looked up again for who only writes', async () => {
    const chat = await alice.chatWith(bob);
    const hers = await alice.connects();
    await hers.says(chat, 'one');
    await isTold(hers, chat, 0);
    for (const n of upTo(3)) await hers.says(chat, `${n}`);
    await delay(A_WHILE_MS);
    expect(told(hers, chat)).toEqual([0]);
  });

  describe('in Redis', () => {
    it('is there for who has a device, with what it was computed from, and not for long', async () => {
      const chat = await alice.chatWith(bob);
      const his = await bob.connects();
      await alice.says(chat, 'hello');
      await isTold(his, chat, 1);
      const key = `unread:${bob.id}:${chat.id}`;
      const { rev } = (await bob.sees(chat)).body;
      await eventually(async () => expect(await redis.get(key)).toBe(`1:${rev}`));
      expect(await redis.ttl(key)).toBeGreaterThan(0);
      expect(await redis.ttl(key)).toBeLessThanOrEqual(60);
    });

    it('is gone once it is not true any more and nobody tends to it', async () => {
      const chat = await alice.chatWith(bob);
      const his = await bob.connects();
      await alice.says(chat, 'hello');
      await eventually(async () => expect(await inRedis(bob, chat)).toBe('1'));
      his.leaves();
      await his.ended;
      await alice.says(chat, 'are you there?');
      await eventually(async () => expect(await inRedis(bob, chat)).toBeUndefined());
    });

    it('is never replaced by an older one', async () => {
      const chat = await alice.chatWith(bob);
      const his = await bob.connects();
      const key = `unread:${bob.id}:${chat.id}`;
      await redis.set(key, '7:1000000');
      await alice.says(chat, 'hello');
      await isTold(his, chat, 1);
      await delay(A_WHILE_MS);
      expect(await redis.get(key)).toBe('7:1000000');
    });

    it('F06 may vanish or be nonsense at any moment: nobody is told wrong', async () => {
      const chat = await alice.chatWith(bob);
      const his = await bob.at(1).connects();
      for (const [index, spoil] of [
        () => redis.flush(),
        () => redis.set(`unread:${bob.id}:${chat.id}`, '4711'),
        () => redis.set(`unread:${bob.id}:${chat.id}`, 'nonsense'),
        () => redis.set(`unread:${bob.id}:${chat.id}`, '5:0'),
      ].entries()) {
        await spoil();
        await alice.says(chat, `${index}`);
        await isTold(his, chat, index + 1);
        expect((await bob.inbox()).body.items).toMatchObject([{ unreadCount: index + 1 }]);
        await eventually(async () => expect(await inRedis(bob, chat)).toBe(`${index + 1}`));
      }
    });
  });

  describe('is looked at again from time to time, and', () => {
    const drift = async (place: string): Promise<number | undefined> =>
      (await Scrape.of(world.nodeUrls[0])).value('chat_unread_drift_total', { place });
    const check = async (): Promise<void> =>
      world.nodes[0]?.get(UnreadCheck, { strict: false }).run(new AbortController().signal);

    it('what Redis has wrong is found, counted and put right', async () => {
      const chat = await alice.chatWith(bob);
      const his = await bob.connects();
      await alice.says(chat, 'hello');
      await isTold(his, chat, 1);
      const key = `unread:${bob.id}:${chat.id}`;
      await redis.set(key, '7:1000000');
      const before = (await drift('redis')) ?? NaN;
      await check();
      expect(await drift('redis')).toBe(before + 1);
      await eventually(async () => expect(await inRedis(bob, chat)).toBe('1'));
      await check();
      expect(await drift('redis')).toBe(before + 1);
    });

    it('what devices were told wrong is found, counted and told right', async () => {
      const chat = await alice.chatWith(bob);
      const his = await bob.connects();
      for (const n of upTo(3)) await alice.says(chat, `${n}`);
      await isTold(his, chat, 3);
      // Behind the back of the service: nobody is told.
      await world.database.query(
        'UPDATE participants SET last_read_seq = 2, last_delivered_seq = 2 WHERE conversation_uuid = $1 AND user_uuid = $2',
        [chat.id, bob.id],
      );
      const before = (await drift('devices')) ?? NaN;
      await check();
      expect(await drift('devices')).toBe(before + 1);
      await isTold(his, chat, 1);
    });
  });
});

describe('F07 the number of unread messages, where a node missed what others told it', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 1 });
    await world.startNode({ REDIS_URL: 'redis://127.0.0.1:1' });
  });
  afterAll(() => world.stop());

  it('is told right as soon as the node knows that it missed something', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chats = [await alice.chatWith(bob), await alice.groupWith(bob)];
    const his = await bob.at(1).connects();
    for (const chat of chats) await alice.says(chat, 'he does not hear it');
    await bob.at(0).marksRead(chats[1] as Chat, { seq: 1 });
    await delay(A_WHILE_MS);
    expect(his.heard('unread_changed')).toEqual([]);

    world.nodes[1]?.get(CatchUp, { strict: false }).everybody();
    await eventually(
      () =>
        expect(
          new Map(his.heard('unread_changed').map((told) => [told.conversationId, told.unreadCount])),
        ).toEqual(
          new Map([
            [chats[0]?.id, 1],
            [chats[1]?.id, 0],
          ]),
        ),
      HEALED_WITHIN_MS,
    );
  });
});

describe('the number of unread messages of somebody who has no device', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('is not looked up, and not kept', async () => {
    const said: string[] = [];
    const log = new StatementLog(({ name }) => said.push(name ?? ''));
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'hello');
    await bob.marksRead(chat, { seq: 1 });
    await delay(A_WHILE_MS);
    log.stop();
    expect(said).toContain('receipts.mark_read');
    expect(said).not.toContain('unread.counts');
    const redis = WorldRedis.of(world.environment);
    expect(await redis.get(`unread:${bob.id}:${chat.id}`)).toBeNull();
    await redis.close();
  });
});
