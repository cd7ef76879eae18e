import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { bodyHash } from '../../../src/common/body-hash';
import type { AppendedOutcome, AppendOutcome, Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { databaseAt } from '../../support/database-config';

const TENANT = randomUUID();
const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];
const FROM_THE_START = '{[1,)}';

describe('a draft that is appended', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let log: MessageLog;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    log = new MessageLog(databaseAt(testDatabase.url));
  });
  afterEach(() => db.query('DELETE FROM blocks'));
  afterAll(async () => {
    await Promise.all([log.onApplicationShutdown(), db.end()]);
    await testDatabase.drop();
  });

  /** A group of these people, each with the sequence numbers that they may read. */
  async function aGroup(members: Readonly<Record<string, string>>, tenantId = TENANT): Promise<string> {
    return aConversation({ type: 'group' }, members, tenantId);
  }

  async function aDirectConversation(low: string, high: string): Promise<string> {
    const pair = low < high ? [low, high] : [high, low];
    const columns = { type: 'direct', direct_low_uuid: pair[0], direct_high_uuid: pair[1] };
    return aConversation(columns, { [low]: FROM_THE_START, [high]: FROM_THE_START }, TENANT);
  }

  async function aConversation(
    columns: object,
    members: Readonly<Record<string, string>>,
    tenantId: string,
  ): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($3::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, direct_low_uuid, direct_high_uuid,
           created_by_uuid, created_at, last_activity, changed_at)
         SELECT gen_random_uuid(), $1, type, direct_low_uuid, direct_high_uuid, gen_random_uuid(), now(), now(), now()
         FROM json_populate_record(NULL::conversations, $2)
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, member, 'member', windows, now()
         FROM made, unnest($3::uuid[], $4::int8multirange[]) AS m (member, windows)
       )
       SELECT id FROM made`,
      [tenantId, columns, Object.keys(members), Object.values(members)],
    );
    return rows[0]?.id as string;
  }

  function aDraft(conversationId: string, senderId: string | null, more: Partial<Draft> = {}): Draft {
    return {
      tenantId: TENANT,
      conversationId,
      senderId,
      type: 'text',
      content: 'hello',
      payload: null,
      metadata: null,
      replyToId: null,
      expiresInSeconds: null,
      clientMessageId: null,
      bodyHash: null,
      traceId: '0'.repeat(32),
      ...more,
    };
  }

  async function append(...drafts: Draft[]): Promise<AppendOutcome[]> {
    return log.append(drafts);
  }

  async function appended(draft: Draft): Promise<AppendedOutcome> {
    const [outcome] = await append(draft);
    expect(outcome?.verdict).toBe('appended');
    return outcome as AppendedOutcome;
  }

  const verdictOf = async (draft: Draft): Promise<string | undefined> => (await append(draft))[0]?.verdict;
  const verdicts = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map(({ verdict }) => verdict);
  const keyed = (content: string, clientMessageId: string): Partial<Draft> => ({
    content,
    clientMessageId,
    bodyHash: bodyHash({ content }),
  });

  async function seqs(conversationId: string): Promise<number[]> {
    const { rows } = await db.query<{ seq: string }>(
      'SELECT seq FROM messages WHERE conversation_uuid = $1 ORDER BY seq',
      [conversationId],
    );
    return rows.map(({ seq }) => Number(seq));
  }

  describe('by its sender', () => {
    it('is taken from a member, and one that came back', async () => {
      const group = await aGroup({ [ALICE]: FROM_THE_START, [BOB]: '{[1,2),[4,)}' });
      expect(verdicts(await append(aDraft(group, ALICE), aDraft(group, BOB)))).toEqual([
        'appended',
        'appended',
      ]);
    });

    it.each<[string, () => Promise<Draft>]>([
      ['there is no such conversation', () => Promise.resolve(aDraft(randomUUID(), ALICE))],
      ['the sender was never in it', async () => aDraft(await aGroup({ [BOB]: FROM_THE_START }), ALICE)],
      [
        'the sender has left it',
        async () => aDraft(await aGroup({ [ALICE]: '{[1,9)}', [BOB]: FROM_THE_START }), ALICE),
      ],
      ['the sender could never read any of it', async () => aDraft(await aGroup({ [ALICE]: '{}' }), ALICE)],
      [
        'it is another tenant’s',
        async () => aDraft(await aGroup({ [ALICE]: FROM_THE_START }, randomUUID()), ALICE),
      ],
      ['nobody is left in it', async () => aDraft(await aGroup({ [ALICE]: '{[1,2)}' }), ALICE)],
    ])('finds no conversation where %s', async (_where, make) => {
      const draft = await make();
      expect(await verdictOf(draft)).toBe('conversation_not_found');
      expect(await seqs(draft.conversationId)).toEqual([]);
    });

    it.each([
      ['somebody is in it', FROM_THE_START],
      ['everybody has left it', '{[1,2)}'],
    ])('is taken from the service itself where %s', async (_where, windows) => {
      expect(await verdictOf(aDraft(await aGroup({ [ALICE]: windows }), null))).toBe('appended');
    });

    it('is not taken from the service itself for another tenant', async () => {
      const group = await aGroup({ [ALICE]: FROM_THE_START }, randomUUID());
      expect(await verdictOf(aDraft(group, null))).toBe('conversation_not_found');
    });
  });

  describe('by its key', () => {
    let group: string;
    let key: string;
    let first: AppendedOutcome;
    beforeEach(async () => {
      group = await aGroup({ [ALICE]: FROM_THE_START, [BOB]: FROM_THE_START });
      key = randomUUID();
      first = await appended(aDraft(group, ALICE, keyed('hello', key)));
    });

    it('is replayed when it says the same again, and nothing is stored', async () => {
      const [again] = await append(aDraft(group, ALICE, keyed('hello', key)));
      expect(again).toMatchObject({ verdict: 'replayed', messageId: first.messageId });
      expect(await seqs(group)).toEqual([1]);
    });

    it('is refused when it says something else', async () => {
      expect(await verdictOf(aDraft(group, ALICE, keyed('goodbye', key)))).toBe('key_reused');
      expect(await seqs(group)).toEqual([1]);
    });

    it('is nobody else’s, and of no other conversation', async () => {
      const other = await aGroup({ [ALICE]: FROM_THE_START });
      const drafts = [aDraft(group, BOB, keyed('hello', key)), aDraft(group, null, keyed('goodbye', key))];
      const outcomes = await append(...drafts, aDraft(other, ALICE, keyed('goodbye', key)));
      expect(verdicts(outcomes)).toEqual(['appended', 'appended', 'appended']);
    });

    it('of the service itself is remembered like anybody’s', async () => {
      const notice = aDraft(group, null, keyed('shipped', randomUUID()));
      const { messageId } = await appended(notice);
      expect(await append(notice)).toEqual([expect.objectContaining({ verdict: 'replayed', messageId })]);
    });

    it('is replayed also after the other side has blocked its sender', async () => {
      const draft = aDraft(await aDirectConversation(ALICE, BOB), ALICE, keyed('hello', key));
      await appended(draft);
      await block(BOB, ALICE);
      expect(await verdictOf(draft)).toBe('replayed');
    });

    it('is of no use to somebody who has left', async () => {
      await db.query(
        `UPDATE participants SET windows = '{[1,2)}' WHERE conversation_uuid = $1 AND user_uuid = $2`,
        [...[group, ALICE]],
      );
      expect(await verdictOf(aDraft(group, ALICE, keyed('hello', key)))).toBe('conversation_not_found');
    });

    it('is remembered for seven days and longer, over the end of a month too', async () => {
      const old = randomUUID();
      const { rows } = await db.query<{ id: string }>(
        `INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, idempotency_key, body_hash, sent_at)
         SELECT uuid_v7_at(at), $1, 1000, 1000, $2, 'text', idempotency_key($1, $2, $3), $4, at
         FROM (SELECT now() - interval '7 days 23 hours' AS at) AS t
         RETURNING message_uuid AS id`,
        [group, ALICE, old, bodyHash({ content: 'hello' })],
      );
      const [outcome] = await append(aDraft(group, ALICE, keyed('hello', old)));
      expect(outcome).toMatchObject({ verdict: 'replayed', messageId: rows[0]?.id });
    });
  });

  async function block(blocker: string, blocked: string): Promise<void> {
    await db.query('INSERT INTO blocks (tenant_uuid, blocker_uuid, blocked_uuid) VALUES ($1, $2, $3)', [
      ...[TENANT, blocker, blocked],
    ]);
  }

  describe('where one has blocked the other', () => {
    it.each(['the sender', 'the other side'])('is refused when it was %s that blocked', async (blocker) => {
      const [sender, other] = [randomUUID(), randomUUID()];
      const direct = await aDirectConversation(sender, other);
      await (blocker === 'the sender' ? block(sender, other) : block(other, sender));
      expect(await verdictOf(aDraft(direct, sender))).toBe('blocked');
      expect(await seqs(direct)).toEqual([]);
    });

    it('is taken in a group, from the service itself, and between others', async () => {
      const [one, other] = [randomUUID(), randomUUID()];
      const direct = await aDirectConversation(one, other);
      await block(one, other);
      const drafts = [
        aDraft(await aGroup({ [one]: FROM_THE_START, [other]: FROM_THE_START }), one),
        aDraft(await aDirectConversation(one, CAROL), one),
        aDraft(direct, null),
      ];
      expect(verdicts(await append(...drafts))).toEqual(['appended', 'appended', 'appended']);
    });
  });

  describe('as a reply', () => {
    let group: string;
    let original: AppendedOutcome;
    beforeEach(async () => {
      group = await aGroup({ [ALICE]: FROM_THE_START, [BOB]: '{[2,)}' });
      original = await appended(aDraft(group, ALICE));
    });

    it('is taken where the original is the sender’s to read', async () => {
      expect(await appended(aDraft(group, ALICE, { replyToId: original.messageId }))).toMatchObject({
        replyTo: { id: original.messageId, seq: 1, senderId: ALICE },
      });
    });

    it.each<[string, () => Promise<Draft>]>([
      ['there is no such message', () => Promise.resolve(aDraft(group, ALICE, { replyToId: randomUUID() }))],
      [
        'it came before the sender',
        () => Promise.resolve(aDraft(group, BOB, { replyToId: original.messageId })),
      ],
      [
        'it is of another conversation, which the sender reads too',
        async () =>
          aDraft(await aGroup({ [ALICE]: FROM_THE_START }), ALICE, { replyToId: original.messageId }),
      ],
      [
        'it is of another conversation, in the eyes of the service',
        async () =>
          aDraft(await aGroup({ [ALICE]: FROM_THE_START }), null, { replyToId: original.messageId }),
      ],
    ])('finds no original where %s', async (_where, make) => {
      expect(await verdictOf(await make())).toBe('reply_not_found');
    });

    it('is taken from the service itself whatever it replies to', async () => {
      expect(await verdictOf(aDraft(group, null, { replyToId: original.messageId }))).toBe('appended');
    });
  });

  describe('together with others', () => {
    it('fails alone, and leaves no gap', async () => {
      const group = await aGroup({ [ALICE]: FROM_THE_START, [BOB]: FROM_THE_START });
      const key = randomUUID();
      await appended(aDraft(group, ALICE, keyed('first', key)));
      const outcomes = await append(
        aDraft(group, ALICE, { content: 'second' }),
        aDraft(group, CAROL),
        aDraft(group, BOB, { content: 'third' }),
        aDraft(group, ALICE, keyed('first', key)),
        aDraft(group, ALICE, keyed('other', key)),
        aDraft(group, BOB, { replyToId: randomUUID() }),
        aDraft(randomUUID(), ALICE),
        aDraft(group, ALICE, { content: 'fourth' }),
      );
      expect(outcomes.map((outcome) => ('seq' in outcome && outcome.seq) || outcome.verdict)).toEqual([
        ...[
          2,
          'conversation_not_found',
          3,
          'replayed',
          'key_reused',
          'reply_not_found',
          'conversation_not_found',
          4,
        ],
      ]);
      expect(await seqs(group)).toEqual([1, 2, 3, 4]);
    });

    it('is counted in its own conversation', async () => {
      const [one, other] = [
        await aGroup({ [ALICE]: FROM_THE_START }),
        await aGroup({ [ALICE]: FROM_THE_START }),
      ];
      const outcomes = await append(...[one, other, other, one, other].map((group) => aDraft(group, ALICE)));
      expect(outcomes.map((outcome) => (outcome as AppendedOutcome).seq)).toEqual([1, 1, 2, 2, 3]);
    });

    it('with the same key is replayed or refused, as if they had come one after the other', async () => {
      const group = await aGroup({ [ALICE]: FROM_THE_START, [BOB]: FROM_THE_START });
      const key = randomUUID();
      const outcomes = await append(
        aDraft(group, ALICE, keyed('one', key)),
        aDraft(group, ALICE, keyed('one', key)),
        aDraft(group, ALICE, keyed('other', key)),
        aDraft(group, BOB, keyed('one', key)),
        aDraft(group, ALICE, keyed('one', key)),
        aDraft(group, ALICE, keyed('one', randomUUID())),
      );
      expect(verdicts(outcomes)).toEqual([
        ...['appended', 'replayed', 'key_reused', 'appended', 'replayed', 'appended'],
      ]);
      const { messageId } = outcomes[0] as AppendedOutcome;
      expect([outcomes[1], outcomes[4]]).toEqual([
        expect.objectContaining({ messageId }),
        expect.objectContaining({ messageId }),
      ]);
      expect(await seqs(group)).toEqual([1, 2, 3]);
    });
  });
});
