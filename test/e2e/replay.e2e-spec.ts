import { randomUUID } from 'node:crypto';
import { sealCursor } from '../../src/common/cursor';
import { NIL_UUID } from '../../src/common/uuid';
import { ClusterIdentity } from '../../src/database';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { MessageRows } from '../support/messages/message-rows';
import { WorldRedis } from '../support/realtime/world-redis';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('whoever comes', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  const devices: Device[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterEach(() => devices.splice(0).forEach((device) => device.leaves()));
  afterAll(() => world.stop());

  async function comes(person: Person, since?: string | null): Promise<Device> {
    const device = await person.connects({
      auth: { token: person.token, ...(since !== undefined && { since }) },
    });
    devices.push(device);
    return device;
  }

  /** Conversation and seq of what it was replayed, in the order it came. */
  const replayed = (device: Device): [string, number][] =>
    device
      .heard('new_message')
      .filter(({ replayed }) => replayed)
      .map(({ message: { conversationId, seq } }) => [conversationId, seq]);

  const tokenOf = (device: Device): string => {
    const since = device.heard('ready')[0]?.since;
    if (typeof since !== 'string') throw new Error('it has no token');
    return since;
  };

  it('is told what was sent while they were away, in order, before they are ready', async () => {
    const chat = await alice.chatWith(bob);
    const group = await alice.groupWith(bob);
    const sent: MessageDto[] = [];
    for (let n = 0; n < 3; n++) sent.push((await alice.at(n % 2).says(chat, `message ${n}`)).body);
    for (let n = 0; n < 2; n++) sent.push((await alice.says(group, `to the group ${n}`)).body);
    const device = await comes(bob.at(1));
    expect(device.heard('new_message')).toEqual(sent.map((message) => ({ message, replayed: true })));
    expect(device.happenings.slice(0, 6)).toEqual([...Array<string>(5).fill('new_message'), 'ready']);
    expect(device.heard('ready')).toMatchObject([{ userId: bob.id, since: expect.any(String) as unknown }]);
  });

  it('is told again until they have marked it as delivered, by whatever way', async () => {
    const [one, two, three] = [
      await alice.chatWith(bob),
      await alice.groupWith(bob),
      await alice.groupWith(bob),
    ];
    for (const chat of [one, two, three]) for (const text of ['a', 'b', 'c']) await alice.says(chat, text);
    const all = [one, two, three].flatMap(({ id }) => upTo(3).map((seq) => [id, seq]));
    expect(replayed(await comes(bob))).toEqual(all);
    const device = await comes(bob);
    expect(replayed(device)).toEqual(all);
    await device.asks('mark_as_delivered', { conversationId: one.id, seq: 3 });
    await device.asks('mark_as_read', { conversationId: two.id, seq: 2 });
    await bob.says(three, 'seen');
    expect(replayed(await comes(bob.at(1)))).toEqual([[two.id, 3]]);
    expect(replayed(await comes(alice))).toEqual([[three.id, 4]]);
  });

  it('F06 is told all of it also when Redis was emptied', async () => {
    const redis = WorldRedis.of(world.environment);
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'before');
    await redis.flush();
    await alice.says(chat, 'between');
    await redis.flush();
    expect(replayed(await comes(bob))).toEqual([1, 2].map((seq) => [chat.id, seq]));
    await redis.close();
  });

  it('is told nothing of before they joined, of after they left, or of conversations that they left', async () => {
    const carol = world.person('Carol');
    const group = await alice.groupWith(bob);
    const said = async (text: string): Promise<number> => (await alice.says(group, text)).body.seq;
    await said('before');
    await alice.adds(group, carol);
    const first = await said('while she is in');
    const device = await comes(carol);
    expect(replayed(device).map(([, seq]) => seq)).toContain(first);
    expect(replayed(device).every(([, seq]) => seq >= first - 1)).toBe(true);
    await alice.removes(group, carol);
    await said('after that');
    expect(replayed(await comes(carol))).toEqual([]);
    await alice.adds(group, carol);
    const back = await said('she is back');
    const seqs = replayed(await comes(carol)).map(([, seq]) => seq);
    expect(seqs.at(-1)).toBe(back);
    expect(seqs.every((seq) => seq >= back - 1)).toBe(true);
  });

  it('is told of a deleted message in its place, without what it said', async () => {
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'one');
    const { id } = (await alice.says(chat, 'never mind')).body;
    await alice.says(chat, 'three');
    await alice.deletes(chat, id);
    expect((await comes(bob)).messages).toMatchObject([
      { seq: 1, content: 'one' },
      { seq: 2, content: null, deletedAt: expect.any(String) as unknown },
      { seq: 3, content: 'three' },
    ]);
  });

  it('is told a thousand, and to ask for the rest', async () => {
    const rows = MessageRows.of(world.database.url);
    const carol = world.person('Carol', { tenantId: rows.tenantId });
    const group = await rows.aGroup({ [carol.id]: {} });
    await rows.sentMany(group, null, 1_001);
    await rows.close();

    const device = await comes(carol);
    expect(replayed(device)).toEqual(upTo(1_000).map((seq) => [group, seq]));
    expect(device.happenings.slice(1_000)).toEqual(['sync_required', 'ready']);
    expect(device.heard('sync_required')).toEqual([{ reason: 'too_many_missed' }]);
    expect(device.heard('ready')).toMatchObject([{ since: null }]);

    await carol.marksDelivered({ id: group }, 1);
    const again = await comes(carol.at(1));
    expect(replayed(again)).toEqual(
      upTo(1_001)
        .slice(1)
        .map((seq) => [group, seq]),
    );
    expect(again.heard('sync_required')).toEqual([]);
  });

  describe('with a token', () => {
    it('is told what has changed since, page after page, and no messages by themselves', async () => {
      const chat = await alice.chatWith(bob);
      const { id } = (await alice.says(chat, 'to be edited')).body;
      const first = await comes(bob);
      const token = tokenOf(first);
      await alice.edits(chat, id, 'edited');
      await times(300, (n) => alice.at(n % 2).says(chat, `message ${n}`));
      const device = await comes(bob.at(1), token);
      const pages = device.heard('sync');
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.map(({ hasMore }) => hasMore)).toEqual([...pages.slice(1).map(() => true), false]);
      expect(device.happenings.slice(0, pages.length + 1)).toEqual([...pages.map(() => 'sync'), 'ready']);
      const seqs = pages.flatMap(({ messages }) => messages.map(({ seq }) => seq));
      expect(new Set(seqs)).toEqual(new Set(upTo(301)));
      expect(replayed(device)).toEqual([]);

      // From where it was brought to, there is nothing.
      const again = await comes(bob, tokenOf(device));
      expect(again.heard('sync')).toMatchObject([{ messages: [], hasMore: false }]);
      expect(replayed(again)).toEqual([]);
    });

    it('is brought as far as the replay went that the token came with', async () => {
      const chat = await alice.chatWith(bob);
      await alice.says(chat, 'one');
      const token = tokenOf(await comes(bob));
      await alice.says(chat, 'two');
      const [page] = (await comes(bob, token)).heard('sync');
      expect(page?.messages.map(({ seq }) => seq)).toEqual([2]);
    });

    it('from between two pages is also told what has changed behind it', async () => {
      const [front, rear] = [await alice.chatWith(bob), await alice.groupWith(bob)];
      const token = tokenOf(await comes(bob));
      await alice.says(front, 'on the first page');
      await alice.says(rear, 'on the next');
      const { next, hasMore } = (await bob.syncs({ since: token, limit: 2 })).body;
      expect(hasMore).toBe(true);
      await alice.says(front, 'where that page has been');
      const pages = (await comes(bob, next)).heard('sync');
      const contents = pages.flatMap(({ messages }) => messages.map(({ content }) => content));
      expect(new Set(contents)).toEqual(new Set(['on the next', 'where that page has been']));
    });

    it.each([
      ['of somebody else', () => comes(alice).then(tokenOf)],
      ['that is none', () => Promise.resolve('nonsense')],
      ['that is empty', () => Promise.resolve('')],
    ])('%s is let in, and has to ask', async (_what, theirs) => {
      await alice.says(await alice.chatWith(bob), 'hello');
      const device = await comes(bob, await theirs());
      expect(device.heard('sync_required')).toEqual([{ reason: 'invalid_cursor' }]);
      expect(device.heard('ready')).toMatchObject([{ since: null }]);
      expect(device.messages).toEqual([]);
    });

    it('of before a restore is let in, and has to ask', async () => {
      const { cursorKey } = (await world.nodes[0]?.get(ClusterIdentity, { strict: false }).read()) ?? {};
      const actor = { tenantId: NIL_UUID, userId: bob.id };
      const token = sealCursor(cursorKey as Buffer, 'sync', actor, [1, randomUUID(), {}]);
      const device = await comes(bob, token);
      expect(device.heard('sync_required')).toEqual([{ reason: 'resync_required' }]);
      expect(device.heard('ready')).toMatchObject([{ since: null }]);
    });

    it('that is null has none', async () => {
      const chat = await alice.chatWith(bob);
      await alice.says(chat, 'hello');
      expect(replayed(await comes(bob, null))).toEqual([[chat.id, 1]]);
    });

    it.each([[{}], [7], [['x']], [true]])('that is no text is refused: %j', async (since) => {
      const refused = bob.connects({ auth: { token: bob.token, since } });
      await expect(refused).rejects.toMatchObject({
        data: { status: 400, code: 'validation_failed', errors: [{ path: 'since' }] },
      });
    });
  });

  it('is not told twice what was sent while they came', async () => {
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'before');
    const device = await comes(bob);
    await alice.at(1).says(chat, 'after');
    await eventually(() => expect(device.messages.map(({ seq }) => seq)).toEqual([1, 2]));
  });
});
