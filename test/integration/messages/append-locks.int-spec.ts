import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { bodyHash } from '../../../src/common/body-hash';
import type { Statement, Tx } from '../../../src/database';
import type { AppendedOutcome, AppendOutcome, Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times } from '../../support/times';
import { databaseAt } from '../../support/database-config';

const TENANT = randomUUID();
const [ALICE, BOB] = [randomUUID(), randomUUID()];

describe('a conversation that somebody else holds locked', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  /** Somebody else. */
  let holder: Client;
  let log: MessageLog;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = await connect();
    holder = await connect();
    log = newLog();
  });
  afterEach(() => holder.query('ROLLBACK'));
  afterAll(async () => {
    await Promise.all([log.onApplicationShutdown(), db.end(), holder.end()]);
    await testDatabase.drop();
  });

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: testDatabase.url });
    await client.connect();
    return client;
  }

  const newLog = (): MessageLog => new MessageLog(databaseAt(testDatabase.url));

  /** A group of Alice and Bob. */
  async function aGroup(tenantId = TENANT): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', gen_random_uuid(), now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, unnest($2::uuid[]), 'member', '{[1,)}', now() FROM made
       )
       SELECT id FROM made`,
      [tenantId, [ALICE, BOB]],
    );
    return rows[0]?.id as string;
  }

  function aDraft(conversationId: string, more: Partial<Draft> = {}): Draft {
    const nothing = { payload: null, metadata: null, replyToId: null, expiresInSeconds: null };
    const key = { clientMessageId: null, bodyHash: null };
    const what = { type: 'text', content: 'hello', traceId: '0'.repeat(32) };
    return { tenantId: TENANT, conversationId, senderId: ALICE, ...what, ...nothing, ...key, ...more };
  }

  const keyed = (content = 'hello'): Partial<Draft> => ({
    content,
    clientMessageId: randomUUID(),
    bodyHash: bodyHash({ content }),
  });

  /** As everything does that changes a conversation. */
  async function hold(conversationId: string): Promise<void> {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR NO KEY UPDATE', [
      conversationId,
    ]);
  }

  /** Resolves once somebody is in the queue for what the holder has. */
  async function somebodyWaits(): Promise<void> {
    await eventually(async () => {
      const { rowCount } = await db.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rowCount).toBeGreaterThan(0);
    });
  }

  async function contents(conversationId: string): Promise<string[]> {
    const { rows } = await db.query<{ content: string }>(
      'SELECT content FROM messages WHERE conversation_uuid = $1 ORDER BY seq',
      [conversationId],
    );
    return rows.map(({ content }) => content);
  }

  const verdicts = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map(({ verdict }) => verdict);

  describe('to those who do not wait', () => {
    it('is locked, while others of the same group are written to', async () => {
      const [held, free] = [await aGroup(), await aGroup()];
      await hold(held);
      const outcomes = await log.append([
        aDraft(held),
        aDraft(free),
        aDraft(held, { senderId: BOB }),
        aDraft(free),
      ]);
      expect(verdicts(outcomes)).toEqual(['locked', 'appended', 'locked', 'appended']);
      await holder.query('COMMIT');
      expect(await contents(held)).toEqual([]);
      expect(verdicts(await log.append([aDraft(held)]))).toEqual(['appended']);
    });

    it('does not exist for those who are not in it, as if it were not held', async () => {
      const held = await aGroup();
      await hold(held);
      const outcomes = await log.append([aDraft(held, { senderId: randomUUID() })]);
      expect(verdicts(outcomes)).toEqual(['conversation_not_found']);
    });

    it('does not exist for other tenants, as if it were not there', async () => {
      const held = await aGroup(randomUUID());
      await hold(held);
      expect(verdicts(await log.append([aDraft(held)]))).toEqual(['conversation_not_found']);
    });

    it('is written to at once while it is only read', async () => {
      const read = await aGroup();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR KEY SHARE', [read]);
      expect(verdicts(await log.append([aDraft(read)]))).toEqual(['appended']);
    });
  });

  describe('to those who wait', () => {
    it('is written to once it is let go', async () => {
      const held = await aGroup();
      await hold(held);
      const outcomes = log.appendWaiting([aDraft(held)]);
      await somebodyWaits();
      await holder.query('COMMIT');
      expect(verdicts(await outcomes)).toEqual(['appended']);
    });

    it('is unavailable when it stays locked for two seconds, and nothing of the group is stored', async () => {
      const [held, free] = [await aGroup(), await aGroup()];
      await hold(held);
      const started = performance.now();
      await expect(log.appendWaiting([aDraft(free), aDraft(held)])).rejects.toMatchObject({
        code: 'unavailable',
        cause: { code: '55P03' },
      });
      expect(performance.now() - started).toBeGreaterThan(1_900);
      expect(performance.now() - started).toBeLessThan(3_000);
      expect(await contents(held)).toEqual([]);
      expect(await contents(free)).toEqual([]);
    });
  });

  describe('is judged by what was committed while it was waited for:', () => {
    /** What becomes of a draft that waits while the holder does this, and commits. */
    async function judgedAfter(draft: Draft, change: () => Promise<unknown>): Promise<AppendOutcome> {
      await hold(draft.conversationId);
      await change();
      const outcomes = log.appendWaiting([draft]);
      await somebodyWaits();
      await holder.query('COMMIT');
      return (await outcomes)[0] as AppendOutcome;
    }

    const setWindows = (conversationId: string, windows: string): Promise<unknown> =>
      holder.query('UPDATE participants SET windows = $3 WHERE conversation_uuid = $1 AND user_uuid = $2', [
        ...[conversationId, ALICE, windows],
      ]);

    it('a sender who was removed finds no conversation, and nothing is stored', async () => {
      const group = await aGroup();
      const outcome = await judgedAfter(aDraft(group), () => setWindows(group, '{[1,1)}'));
      expect(outcome.verdict).toBe('conversation_not_found');
      expect(await contents(group)).toEqual([]);
    });

    it('a sender who was let in is a member', async () => {
      const group = await aGroup();
      await db.query('DELETE FROM participants WHERE conversation_uuid = $1 AND user_uuid = $2', [
        group,
        ALICE,
      ]);
      const outcome = await judgedAfter(aDraft(group), () =>
        holder.query(
          `INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
           VALUES ($1, $2, $3, 'member', '{[1,)}', now())`,
          [group, TENANT, ALICE],
        ),
      );
      expect(outcome.verdict).toBe('appended');
    });

    it('somebody who was removed does not hear of it, and somebody who was let in does', async () => {
      const group = await aGroup();
      const carol = randomUUID();
      const outcome = await judgedAfter(aDraft(group), async () => {
        await holder.query(
          `UPDATE participants SET windows = '{[1,1)}' WHERE conversation_uuid = $1 AND user_uuid = $2`,
          [group, BOB],
        );
        await holder.query('INSERT INTO users (tenant_uuid, user_uuid) VALUES ($1, $2)', [TENANT, carol]);
        await holder.query(
          `INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
           VALUES ($1, $2, $3, 'member', '{[1,)}', now())`,
          [group, TENANT, carol],
        );
      });
      expect(new Set((outcome as AppendedOutcome).audience)).toEqual(new Set([ALICE, carol]));
    });

    it('a sender who was blocked is refused', async () => {
      const direct = await aGroup();
      const [low, high] = [ALICE, BOB].sort();
      await db.query(
        `UPDATE conversations SET type = 'direct', direct_low_uuid = $2, direct_high_uuid = $3
         WHERE conversation_uuid = $1`,
        [direct, low, high],
      );
      const outcome = await judgedAfter(aDraft(direct), () =>
        holder.query('INSERT INTO blocks (tenant_uuid, blocker_uuid, blocked_uuid) VALUES ($1, $2, $3)', [
          ...[TENANT, BOB, ALICE],
        ]),
      );
      expect(outcome.verdict).toBe('blocked');
      expect(await contents(direct)).toEqual([]);
    });

    it.each([
      ['the same key and body is replayed', 'hello', 'replayed'],
      ['the same key and another body is refused', 'goodbye', 'key_reused'],
    ])('%s', async (_what, content, verdict) => {
      const draft = aDraft(await aGroup(), keyed('hello'));
      const other = { ...draft, content, bodyHash: bodyHash({ content }) };
      const outcome = await judgedAfter(draft, () => appendThroughHolder(other));
      expect(outcome.verdict).toBe(verdict);
      expect(await contents(draft.conversationId)).toEqual([content]);
    });

    it('the next seq follows on what was written, without a gap', async () => {
      const group = await aGroup();
      const outcome = await judgedAfter(aDraft(group), () => appendThroughHolder(aDraft(group)));
      expect(outcome).toMatchObject({ verdict: 'appended', seq: 2, rev: 3 });
    });

    async function appendThroughHolder(draft: Draft): Promise<void> {
      await log.appendWithin(inTheHands(holder), [draft]);
    }
  });

  it('is written to once when eight processes send the same key at the same moment', async () => {
    const logs = Array.from({ length: 8 }, newLog);
    try {
      for (let round = 0; round < 5; round++) {
        const draft = aDraft(await aGroup(), keyed());
        const outcomes = await Promise.all(logs.map(async (node) => (await node.appendWaiting([draft]))[0]));
        expect(outcomes.map((outcome) => outcome?.verdict).sort()).toEqual([
          'appended',
          ...Array(7).fill('replayed'),
        ]);
        expect(
          new Set(outcomes.map((outcome) => outcome && 'messageId' in outcome && outcome.messageId)).size,
        ).toBe(1);
        expect(await contents(draft.conversationId)).toEqual(['hello']);
      }
    } finally {
      await Promise.all(logs.map((node) => node.onApplicationShutdown()));
    }
  });

  it('is waited for in one order by all, so that no two wait for each other', async () => {
    const groups = await times(6, () => aGroup());
    const logs = Array.from({ length: 6 }, newLog);
    try {
      const sent = logs.flatMap((node, index) =>
        Array.from({ length: 8 }, (_, round) => {
          const turned = [...groups.slice((index + round) % 6), ...groups.slice(0, (index + round) % 6)];
          const order = round % 2 === 0 ? turned : turned.toReversed();
          return node.appendWaiting(order.map((group) => aDraft(group)));
        }),
      );
      for (const outcomes of await Promise.all(sent))
        expect(new Set(verdicts(outcomes))).toEqual(new Set(['appended']));
    } finally {
      await Promise.all(logs.map((node) => node.onApplicationShutdown()));
    }
  });
});

/** The transaction that `client` has begun. */
function inTheHands(client: Client): Tx {
  return {
    isTransaction: true,
    query: async <Row>({ text }: Statement, values: readonly unknown[]) =>
      (await client.query(text, [...values])).rows as Row[],
  };
}
