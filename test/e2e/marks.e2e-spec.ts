import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { TIME } from '../support/patterns';
import { expectProblem } from '../support/problem';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('saying how far one has read', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: { readonly id: string };
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    for (const n of upTo(5)) await alice.says(chat, `${n}`);
  });
  afterAll(() => world.stop());

  const statuses = async () => (await alice.reads(chat)).body.items.map(({ status }) => status);

  it('leaves the rest unread', async () => {
    expect(await bob.marksRead(chat, { seq: 3 })).toMatchObject({
      status: 200,
      body: { lastReadSeq: 3, unreadCount: 2 },
    });
    expect((await bob.inbox()).body.items).toMatchObject([{ unreadCount: 2 }]);
    expect(await statuses()).toEqual(['read', 'read', 'read', 'sent', 'sent']);
  });

  it('can be said by the message', async () => {
    const { items } = (await bob.reads(chat)).body;
    expect((await bob.marksRead(chat, { messageId: items[1]?.id })).body).toEqual({
      lastReadSeq: 2,
      unreadCount: 3,
    });
  });

  it('never goes back', async () => {
    await bob.marksRead(chat, { seq: 4 });
    expect((await bob.marksRead(chat, { seq: 2 })).body).toEqual({ lastReadSeq: 4, unreadCount: 1 });
    expect((await bob.marksDelivered(chat, 1)).body).toEqual({ lastDeliveredSeq: 4 });
  });

  it('never goes back, in whatever order fifty devices say it at two nodes', async () => {
    const answers = await times(50, (n) => bob.at(n % 2).marksRead(chat, { seq: n % 6 }));
    answers.forEach(({ status, body }, n) => {
      expect(status).toBe(200);
      expect(body.lastReadSeq).toBeGreaterThanOrEqual(n % 6);
    });
    expect((await bob.sees(chat)).body).toMatchObject({ unreadCount: 0 });
  });

  it('goes no further than there are messages', async () => {
    expect((await bob.marksRead(chat, { seq: Number.MAX_SAFE_INTEGER })).body).toEqual({
      lastReadSeq: 5,
      unreadCount: 0,
    });
    await alice.says(chat, 'six');
    expect((await bob.sees(chat)).body.unreadCount).toBe(1);
  });

  it('says that it was delivered, and that alone says nothing of reading', async () => {
    expect(await bob.marksDelivered(chat, 4)).toMatchObject({ status: 200, body: { lastDeliveredSeq: 4 } });
    await bob.marksRead(chat, { seq: 2 });
    expect(await statuses()).toEqual(['read', 'read', 'delivered', 'delivered', 'sent']);
    const marks = (await alice.sees(chat)).body.participants.find(({ userId }) => userId === bob.id);
    expect(marks).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 4 });
    expect((await bob.sees(chat)).body.unreadCount).toBe(3);
  });

  it('does not count what the service says, nor what was deleted', async () => {
    const group = await alice.groupWith(bob);
    await alice.adds(group, world.person('Carol'));
    const { id } = (await alice.says(group, 'oops')).body;
    await alice.says(group, 'hello');
    await alice.asks('DELETE', `/v1/conversations/${group.id}/messages/${id}`);
    expect((await bob.marksRead(group, { seq: 0 })).body).toEqual({ lastReadSeq: 0, unreadCount: 1 });
  });

  it('is heard by both sides at every node, once', async () => {
    const [ofAlice, ofBob] = [await alice.at(1).connects(), await bob.connects()];
    await bob.marksDelivered(chat, 5);
    await bob.marksRead(chat, { seq: 3 });
    await bob.marksRead(chat, { seq: 3 });
    await bob.marksRead(chat, { seq: 1 });
    const frame = (seq: number) => ({
      conversationId: chat.id,
      userId: bob.id,
      seq,
      at: expect.stringMatching(TIME),
    });
    for (const device of [ofAlice, ofBob]) {
      await eventually(() => expect(device.heard('messages_read')).toHaveLength(1));
      expect(device.heard('messages_read')).toEqual([frame(3)]);
      expect(device.heard('messages_delivered')).toEqual([frame(5)]);
      device.leaves();
    }
  });

  it('changes no revision, and leaves an event for other services', async () => {
    const { rev } = (await bob.sees(chat)).body;
    await bob.marksRead(chat, { seq: 3 });
    expect((await bob.sees(chat)).body.rev).toBe(rev);
    const events = await world.database.query(
      `SELECT event_type, rev::integer, payload FROM outbox WHERE conversation_uuid = $1 AND event_type = 'MessageRead'`,
      [chat.id],
    );
    expect(events).toEqual([
      {
        event_type: 'MessageRead',
        rev,
        payload: { conversationId: chat.id, userId: bob.id, seq: 3, at: expect.stringMatching(TIME) },
      },
    ]);
  });

  it('is for members, of messages they may read', async () => {
    const carol = world.person('Carol');
    expectProblem(await carol.marksRead(chat, { seq: 1 }), 'conversation_not_found');
    expectProblem(await carol.marksDelivered(chat, 1), 'conversation_not_found');
    const elsewhere = (await alice.says(await alice.chatWith(carol), 'elsewhere')).body;
    expectProblem(await bob.marksRead(chat, { messageId: randomUUID() }), 'message_not_found');
    expectProblem(await bob.marksRead(chat, { messageId: elsewhere.id }), 'message_not_found');
    const group = await alice.groupWith(bob);
    const before = (await alice.says(group, 'before')).body;
    await alice.adds(group, carol);
    expectProblem(await carol.marksRead(group, { messageId: before.id }), 'message_not_found');
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'seq'],
    ['both a seq and a message', { seq: 1, messageId: randomUUID() }, 'messageId'],
    ['less than nothing', { seq: -1 }, 'seq'],
    ['half a message', { seq: 1.5 }, 'seq'],
    ['a number as text', { seq: '1' }, 'seq'],
    ['null', { seq: null }, 'seq'],
    ['no UUID', { messageId: 'last' }, 'messageId'],
    ['T03 somebody else', { seq: 1, userId: randomUUID() }, 'userId'],
  ])('is refused with %s', async (_what, mark, path) => {
    expectProblem(await bob.marksRead(chat, mark), 'validation_failed', path);
  });
});
