import { randomUUID } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import type { Actor } from '../../../src/common/actor';
import { contextFrom, currentContext, runInContext } from '../../../src/common/request-context';
import { ConfigModule } from '../../../src/config';
import { MessagesModule } from '../../../src/messages';
import { ConversationsService } from '../../../src/conversations/conversations.service';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import { DatabaseModule } from '../../../src/database';
import { PROFILE_SOURCE, type ProfileIds } from '../../../src/profile';
import { configOn } from '../../support/config-on';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { StatementLog } from '../../support/statement-log';
import { upTo } from '../../support/times';

const EVERYTHING = '{[1,)}';

describe('an inbox', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let module: TestingModule;
  let conversations: ConversationsService;
  let lookups: ProfileIds[];
  let alice: Actor;
  let bob: string;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    const directory = {
      fetch: (ids: ProfileIds) => {
        lookups.push(ids);
        return Promise.resolve({ users: new Map(), businesses: new Map() });
      },
    };
    module = await Test.createTestingModule({
      imports: [ConfigModule.with(configOn(testDatabase.url)), DatabaseModule.with([]), MessagesModule],
    })
      .overrideProvider(PROFILE_SOURCE)
      .useValue(directory)
      .compile();
    await module.init();
    conversations = module.get(ConversationsService);
  });
  beforeEach(() => {
    lookups = [];
    alice = { tenantId: randomUUID(), userId: randomUUID() };
    bob = randomUUID();
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  /** A group of Alice, Bob and others, last written to so many microseconds ago. */
  async function aGroup(ago = 0, members: Readonly<Record<string, string>> = {}): Promise<string> {
    const windows = { [alice.userId]: EVERYTHING, [bob]: EVERYTHING, ...members };
    const { rows } = await db.query<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         SELECT gen_random_uuid(), $1, 'group', gen_random_uuid(), now(), at, at
         FROM CAST('2026-06-01T12:00:00Z'::timestamptz - $4 * interval '1 microsecond' AS timestamptz) AS at
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, member, 'member', windows, now()
         FROM made, unnest($2::uuid[], $3::int8multirange[]) AS m (member, windows)
       )
       SELECT id FROM made`,
      [alice.tenantId, Object.keys(windows), Object.values(windows), ago],
    );
    return rows[0]?.id as string;
  }

  /** A message by Bob, as the conversation's last. */
  async function lastMessage(group: string, seq: number, more: object = {}): Promise<string> {
    const columns = { seq, rev: seq + 1, sender_uuid: bob, type: 'text', content: `number ${seq}`, ...more };
    const { rows } = await db.query<{ id: string }>(
      `WITH stored AS (
         INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, sent_at, deleted_at, reply_to_uuid)
         SELECT uuid_v7_at(clock_timestamp()), $1, seq, rev, sender_uuid, type, content, now(), deleted_at, reply_to_uuid
         FROM json_populate_record(NULL::messages, $2)
         RETURNING message_uuid AS id, seq
       ), moved AS (
         UPDATE conversations SET last_seq = stored.seq, last_message_uuid = stored.id FROM stored WHERE conversation_uuid = $1
       )
       SELECT id FROM stored`,
      [group, columns],
    );
    return rows[0]?.id as string;
  }

  /** All of it, page by page. */
  async function read(limit: number, actor = alice): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await conversations.inbox(actor, { limit, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    return ids;
  }

  const first = async (actor = alice): Promise<ConversationDto | undefined> =>
    (await conversations.inbox(actor, { limit: 1 })).items[0];

  it('has the most recent activity first', async () => {
    const groups = [];
    for (const ago of [3, 0, 2, 1]) groups[ago] = await aGroup(ago);
    expect(await read(10)).toEqual(groups);
    expect(await conversations.inbox(alice, { limit: 4 })).toMatchObject({ nextCursor: null });
  });

  it.each([1, 2, 3, 7])(
    'is read completely and without repetition in pages of %d, whatever happened in the same microsecond',
    async (limit) => {
      for (const ago of [0, 0, 0, 0, 1, 1, 1, 2, 2, 3]) await aGroup(ago);
      const whole = await read(100);
      expect(new Set(whole).size).toBe(10);
      expect(await read(limit)).toEqual(whole);
    },
  );

  it('shows nothing twice when a conversation moves to its head while it is read', async () => {
    const groups = [];
    for (const ago of upTo(6)) groups.push(await aGroup(ago));
    const page = await conversations.inbox(alice, { limit: 3 });
    await db.query('UPDATE conversations SET last_activity = now() WHERE conversation_uuid = $1', [
      groups[5],
    ]);
    const next = await conversations.inbox(alice, { limit: 3, cursor: page.nextCursor ?? '' });
    expect([...page.items, ...next.items].map(({ id }) => id)).toEqual(groups.slice(0, 5));
  });

  it('is its owner’s alone, and so is its cursor', async () => {
    const groups = [await aGroup(0), await aGroup(1), await aGroup(2, { [alice.userId]: '{[1,9)}' })];
    const { nextCursor } = await conversations.inbox(alice, { limit: 1 });
    expect(await read(10)).toEqual(groups.slice(0, 2));
    expect(await read(10, { ...alice, userId: bob })).toEqual(groups);
    expect(await read(10, { ...alice, tenantId: randomUUID() })).toEqual([]);
    const foreign = conversations.inbox({ ...alice, userId: bob }, { limit: 1, cursor: nextCursor ?? '' });
    await expect(foreign).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('of one type alone can be read', async () => {
    const [group, direct] = [await aGroup(0), await aGroup(1)];
    const [low, high] = [alice.userId, bob].sort();
    await db.query(
      `UPDATE conversations SET type = 'direct', direct_low_uuid = $2, direct_high_uuid = $3 WHERE conversation_uuid = $1`,
      [direct, low, high],
    );
    const ids = async (type: 'group' | 'direct' | 'business') =>
      (await conversations.inbox(alice, { limit: 9, type })).items.map(({ id }) => id);
    expect([await ids('group'), await ids('direct'), await ids('business')]).toEqual([[group], [direct], []]);
  });

  it('shows who is in a conversation now, in the order they came', async () => {
    const [carol, dave] = [randomUUID(), randomUUID()];
    const group = await aGroup(0, { [carol]: '{[5,)}', [dave]: '{[1,5)}' });
    await db.query(`UPDATE participants SET joined_at = now() - interval '1 day' WHERE user_uuid = $1`, [
      carol,
    ]);
    await db.query(
      'UPDATE participants SET is_muted = true WHERE conversation_uuid = $1 AND user_uuid = $2',
      [...[group, alice.userId]],
    );
    const seen = await first();
    expect(seen?.participants.map(({ userId }) => userId)).toEqual([carol, ...[alice.userId, bob].sort()]);
    expect([seen?.isMuted, (await first({ ...alice, userId: bob }))?.isMuted]).toEqual([true, false]);
  });

  describe('shows the last message', () => {
    it('of a conversation, and that there is none', async () => {
      const group = await aGroup();
      expect((await first())?.lastMessage).toBeNull();
      const id = await lastMessage(group, 1);
      expect((await first())?.lastMessage).toMatchObject({
        id,
        seq: 1,
        content: 'number 1',
        contentHtml: 'number 1',
      });
    });

    it('as one that was there, when it was deleted', async () => {
      const id = await lastMessage(await aGroup(), 1, { deleted_at: new Date() });
      expect((await first())?.lastMessage).toMatchObject({
        id,
        content: null,
        deletedAt: expect.any(String),
      });
    });

    it('only while it is kept', async () => {
      const id = await lastMessage(await aGroup(), 1);
      await db.query(`UPDATE messages SET sent_at = now() - interval '90 days' WHERE message_uuid = $1`, [
        id,
      ]);
      expect((await first())?.lastMessage).toBeNull();
    });

    it('only to those who may read it', async () => {
      const carol = randomUUID();
      await lastMessage(await aGroup(0, { [carol]: '{[2,)}' }), 1);
      expect((await first({ ...alice, userId: carol }))?.lastMessage).toBeNull();
      expect((await first())?.lastMessage).not.toBeNull();
    });

    it('with what it replies to, only to those who may read that', async () => {
      const carol = randomUUID();
      const group = await aGroup(0, { [carol]: '{[2,)}' });
      const original = await lastMessage(group, 1);
      await lastMessage(group, 2, { reply_to_uuid: original });
      expect((await first())?.lastMessage?.replyTo).toMatchObject({ id: original, excerpt: 'number 1' });
      expect((await first({ ...alice, userId: carol }))?.lastMessage?.replyTo).toMatchObject({
        excerpt: null,
      });
    });
  });

  it('does not tell how far somebody has read who keeps that private', async () => {
    await aGroup();
    await db.query('UPDATE participants SET last_delivered_seq = 2, last_read_seq = 1 WHERE user_uuid = $1', [
      bob,
    ]);
    const seenOfBob = async () => (await first())?.participants.find(({ userId }) => userId === bob);
    expect(await seenOfBob()).toMatchObject({ lastReadSeq: 1, lastDeliveredSeq: 2 });
    await db.query('UPDATE users SET read_receipts = false WHERE user_uuid = $1', [bob]);
    expect(await seenOfBob()).toMatchObject({ lastReadSeq: null, lastDeliveredSeq: 2 });
  });

  it.each([1, 30])('takes one statement and one question to upstream for a page of %d', async (length) => {
    for (const ago of upTo(length)) await lastMessage(await aGroup(ago, { [randomUUID()]: EVERYTHING }), 1);
    await conversations.inbox(alice, { limit: 50 });
    lookups = [];
    // Not what the background asks meanwhile.
    const context = contextFrom({});
    let count = 0;
    const log = new StatementLog(() => {
      if (currentContext() === context) count++;
    });
    const { items } = await runInContext(context, () => conversations.inbox(alice, { limit: 50 }));
    log.stop();
    expect([items.length, count, lookups.length]).toEqual([length, 1, 1]);
    expect(lookups[0]?.users.size).toBe(length + 2);
  });
});
