import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblem, expectProblemObject } from '../support/problem';
import { World } from '../support/world';

describe('a message that is deleted', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
  });
  afterAll(() => world.stop());

  it('leaves a tombstone, to everybody and everywhere', async () => {
    const devices = await Promise.all([alice, alice.at(1), bob, bob.at(1)].map((who) => who.connects()));
    const key = { clientMessageId: randomUUID() };
    const first = (await bob.says(chat, 'before')).body;
    const more = { ...key, metadata: { a: 1 }, replyToId: first.id };
    const sent = (await alice.says(chat, 'never mind', more)).body;
    const deleted = await alice.at(1).deletes(chat, sent.id);
    expect(deleted).toMatchObject({ status: 204, body: '' });

    const tombstone = {
      ...sent,
      rev: sent.rev + 1,
      content: null,
      contentHtml: null,
      metadata: null,
      replyTo: null,
      deletedAt: expect.any(String),
    };
    const { body: message } = await bob.finds(chat, sent.id);
    expect(message).toEqual(tombstone);
    expect((await bob.reads(chat)).body.items.at(-1)).toEqual(message);
    expect((await bob.inbox()).body.items[0]?.lastMessage).toEqual(message);
    const replayed = await alice.says(chat, 'never mind', more);
    expect(replayed).toMatchObject({
      status: 200,
      body: message,
      headers: { 'idempotent-replayed': 'true' },
    });
    for (const device of devices) {
      await eventually(() => expect(device.heard('message_deleted')).toEqual([{ message }]));
    }
    expect(JSON.stringify((await bob.reads(chat)).body)).not.toContain('never mind');
  });

  it('is deleted once', async () => {
    const his = await bob.connects();
    const sent = (await alice.says(chat, 'never mind')).body;
    expect((await alice.deletes(chat, sent.id)).status).toBe(204);
    const { body: tombstone } = await alice.finds(chat, sent.id);
    expect((await alice.at(1).deletes(chat, sent.id)).status).toBe(204);
    expect((await alice.finds(chat, sent.id)).body).toEqual(tombstone);
    await alice.says(chat, 'after it');
    await eventually(() => expect(his.messages).toHaveLength(2));
    expect(his.heard('message_deleted')).toHaveLength(1);
  });

  it('by socket is acknowledged with its tombstone', async () => {
    const [hers, his] = [await alice.connects(), await bob.at(1).connects()];
    const sent = (await alice.says(chat, 'never mind')).body;
    const address = { conversationId: chat.id, messageId: sent.id };
    const refused = await his.asks('delete_message', address);
    expectProblemObject(refused.ok || refused.error, 'not_sender');
    const ack = await hers.asks<MessageDto>('delete_message', address);
    expect(ack).toEqual({ ok: true, data: (await alice.finds(chat, sent.id)).body });
    expect(ack).toMatchObject({ data: { content: null } });
    await eventually(() => expect(his.heard('message_deleted')).toHaveLength(1));
    const malformed = await hers.asks('delete_message', { ...address, messageId: 'the last one' });
    expectProblemObject(malformed.ok || malformed.error, 'validation_failed', 'messageId');
  });

  it('is not unread any more', async () => {
    const sent = (await alice.says(chat, 'one')).body;
    await alice.says(chat, 'two');
    const { participants: _before, ...before } = (await bob.sees(chat)).body;
    expect(before.unreadCount).toBe(2);
    await alice.deletes(chat, sent.id);
    const { participants: _after, ...after } = (await bob.sees(chat)).body;
    expect(after).toEqual({ ...before, rev: before.rev + 1, unreadCount: 1 });
  });

  it('does not show in what replies to it', async () => {
    const sent = (await alice.says(chat, 'never mind')).body;
    const reply = (await bob.says(chat, 'what?', { replyToId: sent.id })).body;
    await alice.deletes(chat, sent.id);
    expect((await bob.finds(chat, reply.id)).body.replyTo).toEqual({ ...reply.replyTo, excerpt: null });
  });

  it('was its sender’s, or its group’s admin wished it', async () => {
    const sent = (await alice.says(chat, 'mine')).body;
    expectProblem(await bob.deletes(chat, sent.id), 'not_sender');

    const [carol, dave] = [world.person('Carol'), world.person('Dave')];
    const group = await carol.groupWith(alice, bob);
    const inGroup = (await alice.says(group, 'mine')).body;
    expectProblem(await bob.deletes(group, inGroup.id), 'not_sender');
    await carol.adds(group, dave, 'admin');
    expectProblem(await dave.deletes(group, inGroup.id), 'message_not_found');
    expect((await carol.deletes(group, inGroup.id)).status).toBe(204);
    expect((await alice.finds(group, inGroup.id)).body).toMatchObject({ content: null, senderId: alice.id });
  });

  it('T01 T02 is not there for strangers, nor in another conversation', async () => {
    const carol = world.person('Carol');
    const elsewhere = await alice.chatWith(carol);
    const sent = (await alice.says(chat, 'mine')).body;
    expectProblem(await carol.deletes(chat, sent.id), 'conversation_not_found');
    expectProblem(await carol.deletes({ id: randomUUID() }, sent.id), 'conversation_not_found');
    expectProblem(await alice.deletes(elsewhere, sent.id), 'message_not_found');
    expectProblem(await alice.deletes(chat, randomUUID()), 'message_not_found');
    expectProblem(await alice.deletes(chat, 'the-last-one'), 'validation_failed', 'messageId');
    expect((await alice.finds(chat, sent.id)).body).toEqual(sent);
  });

  it('T06 is not its sender’s to delete once they are out', async () => {
    const group = await bob.groupWith(alice, world.person('Carol'));
    const sent = (await alice.says(group, 'mine')).body;
    await bob.removes(group, alice);
    expectProblem(await alice.at(1).deletes(group, sent.id), 'conversation_not_found');
    expect((await bob.finds(group, sent.id)).body).toEqual(sent);
  });

  it('T07 is heard only by those who could read it', async () => {
    const [carol, outsider] = [world.person('Carol'), world.person('Outsider')];
    const group = await alice.groupWith(bob);
    const sent = (await alice.says(group, 'before Carol')).body;
    await alice.adds(group, carol);
    const [hers, theirs] = [await carol.at(1).connects(), await outsider.connects()];
    await alice.edits(group, sent.id, 'still before Carol');
    await alice.deletes(group, sent.id);
    await alice.says(group, 'after it');
    await alice.says(await alice.chatWith(outsider), 'to the outsider');
    const heard = (device: Device): unknown[] => device.messages.map(({ content }) => content);
    // Of her own joining she is told when she comes.
    await eventually(() =>
      expect([heard(hers), heard(theirs)]).toEqual([['joined', 'after it'], ['to the outsider']]),
    );
    for (const device of [hers, theirs])
      expect([...device.heard('message_updated'), ...device.heard('message_deleted')]).toEqual([]);
  });
});
