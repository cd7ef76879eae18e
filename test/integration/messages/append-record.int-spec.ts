import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { AppendedOutcome, AppendOutcome, Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { UUID_V7 } from '../../support/patterns';
import { upTo } from '../../support/times';
import { databaseAt } from '../../support/database-config';

const TENANT = randomUUID();
const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];

describe('what is stored of a message', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let log: MessageLog;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    log = new MessageLog(databaseAt(testDatabase.url));
  });
  afterAll(async () => {
    await Promise.all([log.onApplicationShutdown(), db.end()]);
    await testDatabase.drop();
  });

  /** A group of these people, each with the sequence numbers that they may read. */
  async function aGroup(
    members: Readonly<Record<string, string>> = { [ALICE]: '{[1,)}', [BOB]: '{[1,)}' },
  ): Promise<string> {
    const [row] = await select<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', gen_random_uuid(), now(), now(), now() - interval '5 seconds')
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, member, 'member', windows, now()
         FROM made, unnest($2::uuid[], $3::int8multirange[]) AS m (member, windows)
       )
       SELECT id FROM made`,
      ...[TENANT, Object.keys(members), Object.values(members)],
    );
    return row?.id as string;
  }

  function aDraft(conversationId: string, senderId: string | null, more: Partial<Draft> = {}): Draft {
    const nothing = { payload: null, metadata: null, replyToId: null, expiresInSeconds: null };
    const key = { clientMessageId: null, bodyHash: null };
    const what = { type: 'text', content: 'hello', traceId: '0'.repeat(32) };
    return { tenantId: TENANT, conversationId, senderId, ...what, ...nothing, ...key, ...more };
  }

  async function appended(...drafts: Draft[]): Promise<AppendedOutcome[]> {
    const outcomes: AppendOutcome[] = await log.append(drafts);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(drafts.map(() => 'appended'));
    return outcomes as AppendedOutcome[];
  }

  async function select<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return (await db.query(sql, values)).rows as Row[];
  }

  const messages = (conversationId: string): Promise<Record<string, unknown>[]> =>
    select('SELECT * FROM messages WHERE conversation_uuid = $1 ORDER BY seq', conversationId);
  const conversation = async (conversationId: string): Promise<Record<string, unknown>> =>
    (
      await select<Record<string, unknown>>(
        'SELECT * FROM conversations WHERE conversation_uuid = $1',
        conversationId,
      )
    )[0] ?? {};
  const events = (conversationId: string): Promise<Record<string, unknown>[]> =>
    select('SELECT * FROM outbox WHERE conversation_uuid = $1 ORDER BY position', conversationId);
  const participant = async (conversationId: string, userId: string): Promise<Record<string, unknown>> =>
    (
      await select<Record<string, unknown>>(
        'SELECT * FROM participants WHERE conversation_uuid = $1 AND user_uuid = $2',
        ...[conversationId, userId],
      )
    )[0] ?? {};

  describe('in one transaction,', () => {
    const traceId = randomBytes(16).toString('hex');
    let group: string;
    let outcome: AppendedOutcome | undefined;
    let draft: Draft;
    beforeAll(async () => {
      group = await aGroup();
      await db.query('SELECT pg_current_xact_id()'); // stamps differ between transactions
      const key = { clientMessageId: randomUUID(), bodyHash: randomBytes(16) };
      const data = { payload: { a: [1, { b: null }] }, metadata: { '': 'x' } };
      draft = aDraft(group, ALICE, { ...key, ...data, traceId, type: 'poll', expiresInSeconds: 60 });
      [outcome] = await appended(draft);
    });

    it('is the message itself', async () => {
      expect(await messages(group)).toEqual([
        {
          message_uuid: outcome?.messageId,
          conversation_uuid: group,
          seq: '1',
          rev: '2',
          created_rev: null,
          sender_uuid: ALICE,
          type: 'poll',
          content: 'hello',
          payload: draft.payload,
          metadata: draft.metadata,
          reply_to_uuid: null,
          client_message_id: draft.clientMessageId,
          idempotency_key: expect.any(Buffer),
          body_hash: draft.bodyHash,
          sent_at: outcome?.sentAt,
          edited_at: null,
          deleted_at: null,
          expires_at: outcome?.expiresAt,
          stamp: expect.any(String),
        },
      ]);
    });

    it('is what its conversation says of it', async () => {
      expect(await conversation(group)).toMatchObject({
        last_seq: '1',
        rev: '2',
        last_message_uuid: outcome?.messageId,
        last_activity: outcome?.sentAt,
        changed_at: outcome?.sentAt,
      });
    });

    it('is that its sender has read it, and nobody else', async () => {
      expect(await participant(group, ALICE)).toMatchObject({ last_read_seq: '1', last_delivered_seq: '1' });
      expect(await participant(group, BOB)).toMatchObject({ last_read_seq: '0', last_delivered_seq: '0' });
    });

    it('is its event', async () => {
      const [event, ...others] = await events(group);
      expect(others).toEqual([]);
      expect(event).toMatchObject({
        event_uuid: outcome?.messageId,
        event_type: 'MessageCreated',
        schema_version: 1,
        occurred_at: outcome?.sentAt,
        trace_id: traceId,
        tenant_uuid: TENANT,
        rev: '2',
      });
      expect(event?.event_uuid).toMatch(UUID_V7);
      // What it said is stored once, where it can be deleted.
      expect(event).toMatchObject({ payload: null, audience: null });
    });

    it('bears one stamp, by which whoever did not see this transaction will find it', async () => {
      const stamps = [
        ...(await messages(group)),
        await conversation(group),
        await participant(group, ALICE),
      ].map(({ stamp }) => stamp);
      expect(new Set(stamps).size).toBe(1);
      expect((await participant(group, BOB)).stamp).not.toBe(stamps[0]);
    });
  });

  it.each([
    ['emoji and combining marks', '👩🏽‍🚀 e\u0301'],
    ['right to left', 'שלום \u202eabc'],
    ['quotes and backslashes', `\\u0000 \\ " ' $1 $$ %s {} \\x41`],
    ['white space', ' \t\r\n\u00a0\u2028\u2029 '],
    ['markup', '<b>&amp;</b>'],
    ['control characters', '\x01\x02\x1f\x7f'],
    ['nothing', ''],
  ])('is the text as it was written: %s', async (_what, content) => {
    const group = await aGroup();
    await appended(aDraft(group, ALICE, { content, metadata: { [content]: content } }));
    expect(await messages(group)).toEqual([
      expect.objectContaining({ content, metadata: { [content]: content } }),
    ]);
  });

  describe('and told:', () => {
    it('who may hear it: the members at that moment', async () => {
      const group = await aGroup({ [ALICE]: '{[1,)}', [BOB]: '{[1,5)}', [CAROL]: '{[1,2),[4,)}' });
      const [outcome] = await appended(aDraft(group, ALICE));
      expect(new Set(outcome?.audience)).toEqual(new Set([ALICE, CAROL]));
    });

    it('how long after the change before it, and that those of a group followed at once', async () => {
      const group = await aGroup();
      const [first, second] = await appended(aDraft(group, ALICE), aDraft(group, BOB));
      expect(first?.sincePreviousMs).toBeGreaterThanOrEqual(5_000);
      expect(first?.sincePreviousMs).toBeLessThan(15_000);
      expect(second?.sincePreviousMs).toBe(0);
      const [third] = await appended(aDraft(group, ALICE));
      expect(third?.sincePreviousMs).toBeCloseTo(Number(third?.sentAt) - Number(second?.sentAt), -1);
    });

    it.each([
      ['neither says so', null, null, null],
      ['the sender says so', 60, null, 60],
      ['the conversation says so', null, 30, 30],
      ['the sender wants less', 20, 30, 20],
      ['the conversation wants less', 60, 30, 30],
    ])('when it expires, where %s', async (_who, expiresInSeconds, ttl, expected) => {
      const group = await aGroup();
      await db.query('UPDATE conversations SET message_ttl_seconds = $2 WHERE conversation_uuid = $1', [
        group,
        ttl,
      ]);
      const [outcome] = await appended(aDraft(group, ALICE, { expiresInSeconds }));
      const lifetime = outcome?.expiresAt && (Number(outcome.expiresAt) - Number(outcome.sentAt)) / 1_000;
      expect(lifetime).toBe(expected);
    });

    it.each([
      ['all who hear it may read it', '{[1,)}', false, 'the original'],
      ['somebody who hears it came later', '{[2,)}', false, null],
      ['somebody was away when it was written', '{[2,3),[5,)}', false, null],
      ['it was deleted', '{[1,)}', true, null],
    ])('the original of a reply, where %s', async (_where, windows, deleted, content) => {
      const group = await aGroup({ [ALICE]: '{[1,)}', [BOB]: windows, [CAROL]: '{}' });
      const [original] = await appended(aDraft(group, ALICE, { content: 'the original' }));
      if (deleted)
        await db.query('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', [
          original?.messageId,
        ]);
      const [reply] = await appended(aDraft(group, ALICE, { replyToId: original?.messageId ?? null }));
      const replyTo = { id: original?.messageId, seq: 1, senderId: ALICE, content };
      expect(reply?.replyTo).toEqual(replyTo);
    });
  });

  describe('in order:', () => {
    it('those of a group in the order they came in, a place and a revision each', async () => {
      const group = await aGroup();
      const outcomes = await appended(
        ...upTo(20).map((n) => aDraft(group, n % 2 ? ALICE : BOB, { content: `${n}` })),
      );
      expect(outcomes.map(({ seq }) => seq)).toEqual(upTo(20));
      expect(outcomes.map(({ rev }) => rev)).toEqual(upTo(20).map((n) => n + 1));
      expect((await messages(group)).map(({ content }) => content)).toEqual(upTo(20).map(String));
      expect((await events(group)).map(({ rev }) => Number(rev))).toEqual(upTo(20).map((n) => n + 1));
      expect(await participant(group, ALICE)).toMatchObject({
        last_read_seq: '19',
        last_delivered_seq: '19',
      });
      expect(await participant(group, BOB)).toMatchObject({ last_read_seq: '20', last_delivered_seq: '20' });
    });

    it.each([
      ['as it should be', '-1 second'],
      ['an hour ahead, and then set back', '1 hour'],
    ])('ids and times ascend with seq where the clock was %s', async (_how, offset) => {
      const group = await aGroup();
      const [last] = await select<{ at: Date }>(
        `UPDATE conversations SET last_activity = clock_timestamp() + $2::interval, changed_at = clock_timestamp() + $2::interval
         WHERE conversation_uuid = $1 RETURNING last_activity AS at`,
        ...[group, offset],
      );
      for (let round = 0; round < 3; round++) await appended(...upTo(5).map(() => aDraft(group, ALICE)));
      const rows = await select<{ id: string; at: string }>(
        `SELECT message_uuid AS id, extract(epoch FROM sent_at)::text AS at FROM messages
         WHERE conversation_uuid = $1 ORDER BY seq`,
        group,
      );
      expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted());
      expect(new Set(rows.map(({ at }) => at)).size).toBe(15);
      expect(rows.map(({ at }) => Number(at))).toEqual(
        rows.map(({ at }) => Number(at)).toSorted((one, other) => one - other),
      );
      expect(Number(rows[0]?.at) * 1_000).toBeGreaterThanOrEqual(Number(last?.at));
    });

    it('by the clock of Postgres', async () => {
      const now = async (): Promise<number> =>
        Number((await select<{ now: Date }>('SELECT clock_timestamp() AS now'))[0]?.now);
      const before = await now();
      const [outcome] = await appended(aDraft(await aGroup(), ALICE));
      expect(Number(outcome?.sentAt)).toBeGreaterThanOrEqual(before);
      expect(Number(outcome?.sentAt)).toBeLessThanOrEqual(await now());
      expect(parseInt(outcome?.messageId.replace('-', '').slice(0, 12) ?? '', 16)).toBe(
        Number(outcome?.sentAt),
      );
    });

    it('marks that are ahead are not moved back', async () => {
      const group = await aGroup();
      await db.query(
        'UPDATE participants SET last_delivered_seq = 9, last_read_seq = 9 WHERE conversation_uuid = $1',
        [group],
      );
      await appended(aDraft(group, ALICE));
      expect(await participant(group, ALICE)).toMatchObject({ last_read_seq: '9', last_delivered_seq: '9' });
    });
  });

  it('is nothing at all when one draft of the group can not be stored', async () => {
    const group = await aGroup();
    await expect(
      log.append([aDraft(group, ALICE), aDraft(group, BOB, { content: 'a\0b' })]),
    ).rejects.toMatchObject({
      code: '22021',
    });
    expect(await messages(group)).toEqual([]);
    expect(await events(group)).toEqual([]);
    expect(await conversation(group)).toMatchObject({ last_seq: '0', rev: '1' });
  });
});
