import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

/** From the end of its time on. */
const TOMBSTONE_WITHIN_MS = 5_000;
const BRIEF = { expiresInSeconds: 1 };

describe('a message whose time is over', () => {
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

  /** Resolves once it is a tombstone. */
  const expired = (messageId: string): Promise<void> =>
    eventually(
      async () => expect((await bob.finds(chat, messageId)).body.deletedAt).not.toBeNull(),
      1_000 + TOMBSTONE_WITHIN_MS,
    );

  it('becomes a tombstone by itself, once, and everybody hears of it', async () => {
    const devices = await Promise.all([alice, alice.at(1), bob, bob.at(1)].map((who) => who.connects()));
    const sent = (await alice.says(chat, 'burn this', { ...BRIEF, metadata: { a: 1 } })).body;
    expect((await bob.finds(chat, sent.id)).body.content).toBe('burn this');
    await expired(sent.id);
    const { body: message } = await bob.finds(chat, sent.id);
    expect(message).toEqual({
      ...sent,
      rev: sent.rev + 1,
      content: null,
      contentHtml: null,
      metadata: null,
      deletedAt: sent.expiresAt,
    });
    await alice.says(chat, 'after it');
    for (const device of devices) {
      await eventually(() => expect(device.messages).toHaveLength(2));
      expect(device.heard('message_deleted')).toEqual([{ message }]);
    }
  });

  it('is in no row of messages any more', async () => {
    const sent = (await alice.says(chat, 'burn this', { ...BRIEF, metadata: { secret: true } })).body;
    await expired(sent.id);
    const db = new Client({ connectionString: world.database.url });
    await db.connect();
    const { rows } = await db.query(
      'SELECT content, payload, metadata FROM messages WHERE message_uuid = $1',
      [sent.id],
    );
    await db.end();
    expect(rows).toEqual([{ content: null, payload: null, metadata: null }]);
  });

  it('is not unread, and neither shown as the last message nor in what replies to it', async () => {
    const sent = (await alice.says(chat, 'burn this', BRIEF)).body;
    expect((await bob.sees(chat)).body).toMatchObject({
      unreadCount: 1,
      lastMessage: { content: 'burn this' },
    });
    await expired(sent.id);
    const seen = (await bob.sees(chat)).body;
    expect(seen).toMatchObject({ unreadCount: 0, lastSeq: 1, lastMessage: { id: sent.id, content: null } });
    expect(seen.lastActivityAt).toBe(sent.sentAt);
    const reply = (await bob.says(chat, 'what?', { replyToId: sent.id })).body;
    expect(reply.replyTo).toMatchObject({ id: sent.id, excerpt: null });
  });

  it('is answered with its tombstone when it is sent again, and can not be changed', async () => {
    const key = { clientMessageId: randomUUID() };
    const sent = (await alice.says(chat, 'burn this', { ...BRIEF, ...key })).body;
    await expired(sent.id);
    const again = await alice.at(1).says(chat, 'burn this', { ...BRIEF, ...key });
    expect(again).toMatchObject({ status: 200, body: { id: sent.id, content: null } });
    expectProblem(await alice.edits(chat, sent.id, 'keep this'), 'message_deleted');
    expect((await alice.deletes(chat, sent.id)).status).toBe(204);
    expect((await alice.finds(chat, sent.id)).body).toMatchObject({ rev: sent.rev + 1 });
  });

  it('is each one of a conversation that says so, and none from before', async () => {
    const lasting = (await alice.says(chat, 'from before')).body;
    await alice.changes(chat, { messageTtlSeconds: 1 });
    const sent = (await bob.says(chat, 'burn this')).body;
    expect(Date.parse(sent.expiresAt ?? '') - Date.parse(sent.sentAt)).toBe(1_000);
    await expired(sent.id);
    expect((await bob.finds(chat, lasting.id)).body).toMatchObject({
      content: 'from before',
      deletedAt: null,
    });
  });
});
