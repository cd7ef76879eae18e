import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { expectProblem, expectProblemObject } from '../support/problem';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('a message that is edited', () => {
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

  it('says something else from then on, to everybody and everywhere', async () => {
    const devices = await Promise.all([alice, alice.at(1), bob, bob.at(1)].map((who) => who.connects()));
    const sent = (await alice.says(chat, 'helo', { metadata: { a: 1 } })).body;
    const { status, body: edited } = await alice.at(1).edits(chat, sent.id, 'hello <b>');
    expect(status).toBe(200);
    expect(edited).toEqual({
      ...sent,
      content: 'hello <b>',
      contentHtml: 'hello &lt;b&gt;',
      rev: sent.rev + 1,
      editedAt: expect.any(String),
    });
    expect(Date.parse(edited.editedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(sent.sentAt));
    expect((await alice.finds(chat, sent.id)).body).toEqual(edited);
    expect((await bob.reads(chat)).body.items).toEqual([edited]);
    expect((await bob.inbox()).body.items[0]?.lastMessage).toEqual(edited);
    for (const device of devices) {
      await eventually(() => expect(device.heard('message_updated')).toEqual([{ message: edited }]));
      expect(device.happenings.slice(-2)).toEqual(['new_message', 'message_updated']);
    }
  });

  it('does not move its conversation up, nor make it unread again', async () => {
    const sent = (await alice.says(chat, 'helo')).body;
    await bob.says(chat, 'what?');
    await alice.says(chat, 'wait');
    const { participants: _before, ...before } = (await bob.sees(chat)).body;
    await alice.edits(chat, sent.id, 'hello');
    const { participants: _after, ...after } = (await bob.sees(chat)).body;
    expect(after).toEqual({ ...before, rev: before.rev + 1 });
  });

  it('by socket is acknowledged with itself', async () => {
    const [hers, his] = [await alice.connects(), await bob.at(1).connects()];
    const sent = (await alice.says(chat, 'helo')).body;
    const address = { conversationId: chat.id, messageId: sent.id };
    const ack = await hers.asks<MessageDto>('edit_message', { ...address, content: 'hello' });
    expect(ack).toEqual({ ok: true, data: (await alice.finds(chat, sent.id)).body });
    await eventually(() => expect(his.heard('message_updated')).toHaveLength(1));
    const refused = await his.asks('edit_message', { ...address, content: 'mine' });
    expectProblemObject(refused.ok || refused.error, 'not_sender');
  });

  it('is answered as it stands when it is sent again', async () => {
    const key = { clientMessageId: randomUUID() };
    const { body: sent } = await alice.says(chat, 'helo', key);
    const { body: edited } = await alice.edits(chat, sent.id, 'hello');
    expect(await alice.at(1).says(chat, 'helo', key)).toMatchObject({ status: 200, body: edited });
    expectProblem(await alice.says(chat, 'hello', key), 'idempotency_key_reused');
  });

  it('shows in what replies to it', async () => {
    const sent = (await alice.says(chat, 'helo')).body;
    const reply = (await bob.says(chat, 'hi', { replyToId: sent.id })).body;
    await alice.edits(chat, sent.id, 'hello');
    expect((await bob.finds(chat, reply.id)).body.replyTo?.excerpt).toBe('hello');
  });

  it('is heard in order, however many edits at however many nodes', async () => {
    const his = await bob.at(1).connects();
    const sent = (await alice.says(chat, 'version')).body;
    const edited: MessageDto[] = [];
    await times(4, async (lane) => {
      for (const n of upTo(4)) {
        const { status, body } = await alice.at(lane % 2).edits(chat, sent.id, `version ${lane}.${n}`);
        expect(status).toBe(200);
        edited.push(body);
      }
    });
    const byRev = edited.toSorted((one, other) => one.rev - other.rev);
    const frames = byRev.map((message) => ({ message }));
    await eventually(() => expect(his.heard('message_updated')).toEqual(frames));
    expect((await bob.finds(chat, sent.id)).body.content).toBe(byRev.at(-1)?.content);
  });

  it('is its sender’s alone, whatever the conversation', async () => {
    const sent = (await alice.says(chat, 'mine')).body;
    expectProblem(await bob.edits(chat, sent.id, 'yours'), 'not_sender');
    const group = await bob.groupWith(alice);
    const inGroup = (await alice.says(group, 'mine')).body;
    expectProblem(await bob.edits(group, inGroup.id, 'yours'), 'not_sender');
    expect((await alice.finds(group, inGroup.id)).body.content).toBe('mine');
  });

  it('T01 T02 is not there for strangers, nor in another conversation', async () => {
    const carol = world.person('Carol');
    const elsewhere = await alice.chatWith(carol);
    const sent = (await alice.says(chat, 'mine')).body;
    const [refused, absent] = [
      await carol.edits(chat, sent.id, 'x'),
      await carol.edits({ id: randomUUID() }, sent.id, 'x'),
    ];
    expectProblem(refused, 'conversation_not_found');
    expectProblem(absent, 'conversation_not_found');
    expectProblem(await alice.edits(elsewhere, sent.id, 'x'), 'message_not_found');
    expectProblem(await alice.edits(chat, randomUUID(), 'x'), 'message_not_found');
  });

  it('T06 is not its sender’s to change once they are out', async () => {
    const group = await bob.groupWith(alice, world.person('Carol'));
    const sent = (await alice.says(group, 'mine')).body;
    const hers = await alice.at(1).connects();
    await bob.removes(group, alice);
    expectProblem(await alice.edits(group, sent.id, 'still mine'), 'conversation_not_found');
    const address = { conversationId: group.id, messageId: sent.id };
    const refused = await hers.asks('edit_message', { ...address, content: 'still mine' });
    expectProblemObject(refused.ok || refused.error, 'conversation_not_found');
    expect((await bob.finds(group, sent.id)).body).toEqual(sent);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['no text', { content: 1 }],
    ['null', { content: null }],
    ['an empty text', { content: '' }],
    ['white space', { content: ' \n\u00a0' }],
    ['too long a text', { content: 'x'.repeat(4_001) }],
    ['half a character', '{"content":"\\ud83d"}'],
    ['NUL', { content: 'a\0b' }],
  ])('says something: %s is refused', async (_what, body) => {
    const sent = (await alice.says(chat, 'mine')).body;
    const path = `/v1/conversations/${chat.id}/messages/${sent.id}`;
    const headers = { 'content-type': 'application/json' };
    expectProblem(await alice.asks('PATCH', path, { body, headers }), 'validation_failed', 'content');
    expect((await alice.finds(chat, sent.id)).body).toEqual(sent);
  });

  it('T03 changes in nothing but its content', async () => {
    const sent = (await alice.says(chat, 'mine')).body;
    const path = `/v1/conversations/${chat.id}/messages/${sent.id}`;
    for (const more of [{ metadata: {} }, { senderId: bob.id }, { editedAt: null }, { expiresInSeconds: 1 }])
      expectProblem(
        await alice.asks('PATCH', path, { body: { content: 'x', ...more } }),
        'validation_failed',
        ...Object.keys(more),
      );
    expect((await alice.finds(chat, sent.id)).body).toEqual(sent);
  });

  it('is not, once it was deleted', async () => {
    const sent = (await alice.says(chat, 'mine')).body;
    await alice.deletes(chat, sent.id);
    expectProblem(await alice.edits(chat, sent.id, 'again'), 'message_deleted');
    expectProblem(await bob.edits(chat, sent.id, 'again'), 'not_sender');
  });

  it('is not, when it was sent too long ago', async () => {
    const strict = alice.at(await world.startNode({ MESSAGE_EDIT_WINDOW_SECONDS: '1' }));
    const sent = (await alice.says(chat, 'mine')).body;
    await eventually(async () =>
      expectProblem(await strict.edits(chat, sent.id, 'too late'), 'edit_window_closed'),
    );
    expect((await alice.edits(chat, sent.id, 'in time')).status).toBe(200);
  });
});
