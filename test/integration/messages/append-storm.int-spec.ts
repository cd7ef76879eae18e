import { createHash, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { bodyHash } from '../../../src/common/body-hash';
import type { AppendedOutcome, AppendOutcome, Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times, upTo } from '../../support/times';
import { databaseAt } from '../../support/database-config';

const TENANT = randomUUID();
const NODES = 8;
const GROUPS = 3;
const ROUNDS = 25;
const MEMBERS = Array.from({ length: 4 }, () => randomUUID());
const STRANGER = randomUUID();

/** Throws with the seed's dice: the same each time. */
function dice(seed: string): (sides: number) => number {
  const bytes = createHash('shake256', { outputLength: 4_096 }).update(seed).digest();
  let at = 0;
  return (sides) => bytes.readUInt8(at++ % bytes.length) % sides;
}

describe.each(['one', 'two', 'three'])(
  'eight processes writing to few conversations at once (seed "%s")',
  (seed) => {
    let testDatabase: TestDatabase;
    let db: Client;
    let groups: string[];
    /** Everything that was sent, with what became of it. */
    let sent: { draft: Draft; outcome: AppendOutcome }[];

    beforeAll(async () => {
      testDatabase = await createTestDatabase();
      db = new Client({ connectionString: testDatabase.url });
      await db.connect();
      groups = [];
      for (const _ of upTo(GROUPS)) groups.push(await aGroup());
      sent = (await times(NODES, (node) => storm(`${seed} ${node}`))).flat();
    });
    afterAll(async () => {
      await db.end();
      await testDatabase.drop();
    });

    async function aGroup(): Promise<string> {
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
        [TENANT, MEMBERS],
      );
      return rows[0]?.id as string;
    }

    /** One process: groups of random drafts, good and bad, waited for or not. What was locked is tried again. */
    async function storm(seedOfNode: string): Promise<{ draft: Draft; outcome: AppendOutcome }[]> {
      const roll = dice(seedOfNode);
      const log = new MessageLog(databaseAt(testDatabase.url));
      const settled: { draft: Draft; outcome: AppendOutcome }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        let drafts = Array.from({ length: 1 + roll(12) }, () => aDraft(roll));
        while (drafts.length > 0) {
          const outcomes = roll(2) === 0 ? await log.append(drafts) : await log.appendWaiting(drafts);
          const results = drafts.map((draft, index) => ({
            draft,
            outcome: outcomes[index] as AppendOutcome,
          }));
          settled.push(...results.filter(({ outcome }) => outcome.verdict !== 'locked'));
          drafts = results.filter(({ outcome }) => outcome.verdict === 'locked').map(({ draft }) => draft);
        }
      }
      await log.onApplicationShutdown();
      return settled;
    }

    function aDraft(roll: (sides: number) => number): Draft {
      const content = `${roll(3)}`;
      const keys = roll(4) === 0 ? `00000000-0000-4000-8000-0000000000${10 + roll(40)}` : null;
      return {
        tenantId: roll(30) === 0 ? randomUUID() : TENANT,
        conversationId: groups[roll(GROUPS)] as string,
        senderId:
          roll(20) === 0 ? STRANGER : roll(10) === 0 ? null : (MEMBERS[roll(MEMBERS.length)] as string),
        type: 'text',
        content,
        payload: null,
        metadata: null,
        replyToId: roll(20) === 0 ? randomUUID() : null,
        expiresInSeconds: null,
        clientMessageId: keys,
        bodyHash: keys === null ? null : bodyHash({ content }),
        traceId: '0'.repeat(32),
      };
    }

    const appended = (): AppendedOutcome[] =>
      sent.map(({ outcome }) => outcome).filter((outcome) => outcome.verdict === 'appended');

    async function select<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
      return (await db.query(sql, values)).rows as Row[];
    }

    it('store what they were told was stored, and nothing else', async () => {
      const stored = await select<{ id: string }>('SELECT message_uuid AS id FROM messages');
      expect(new Set(stored.map(({ id }) => id))).toEqual(
        new Set(appended().map(({ messageId }) => messageId)),
      );
      expect(stored).toHaveLength(appended().length);
      expect(stored.length).toBeGreaterThan(NODES * ROUNDS);
    });

    it('meet every verdict on the way, none of them wrong', () => {
      const stranger = sent.filter(({ draft }) => draft.senderId === STRANGER || draft.tenantId !== TENANT);
      expect(new Set(stranger.map(({ outcome }) => outcome.verdict))).toEqual(
        new Set(['conversation_not_found']),
      );
      expect(new Set(sent.map(({ outcome }) => outcome.verdict))).toEqual(
        new Set(['appended', 'replayed', 'key_reused', 'conversation_not_found', 'reply_not_found']),
      );
    });

    it('store one message for a key, and replay that one', async () => {
      const doubles = await select(
        `SELECT client_message_id FROM messages WHERE client_message_id IS NOT NULL
       GROUP BY conversation_uuid, sender_uuid, client_message_id HAVING count(*) > 1`,
      );
      expect(doubles).toEqual([]);
      const stored = new Map(
        (await select<Record<string, string>>('SELECT * FROM messages')).map((row) => [
          row.message_uuid,
          row,
        ]),
      );
      const replayed = sent.filter(({ outcome }) => outcome.verdict === 'replayed');
      const wrong = replayed.filter(({ draft, outcome }) => {
        const row = stored.get((outcome as { messageId: string }).messageId);
        const same = [row?.conversation_uuid, row?.sender_uuid, row?.client_message_id, row?.content];
        return (
          same.join() !== [draft.conversationId, draft.senderId, draft.clientMessageId, draft.content].join()
        );
      });
      expect(wrong).toEqual([]);
    });

    it('leave no gap: seq, rev, time and id go up together', async () => {
      for (const group of groups) {
        const rows = await select<{ seq: string; rev: string; id: string; at: string }>(
          `SELECT seq, rev, message_uuid AS id, extract(epoch FROM sent_at)::text AS at
         FROM messages WHERE conversation_uuid = $1 ORDER BY seq`,
          group,
        );
        expect(rows.map(({ seq }) => Number(seq))).toEqual(upTo(rows.length));
        expect(rows.map(({ rev }) => Number(rev))).toEqual(upTo(rows.length).map((n) => n + 1));
        expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted());
        expect(rows.filter(({ at }, index) => Number(at) <= Number(rows[index - 1]?.at ?? 0))).toEqual([]);
        expect(
          await select('SELECT last_seq, rev FROM conversations WHERE conversation_uuid = $1', group),
        ).toEqual([{ last_seq: `${rows.length}`, rev: `${rows.length + 1}` }]);
      }
    });

    it('record an event for each message, in the order of revisions', async () => {
      for (const group of groups) {
        const events = await select<{ rev: string; id: string }>(
          `SELECT rev, event_uuid AS id FROM outbox WHERE conversation_uuid = $1 ORDER BY position`,
          group,
        );
        const messages = await select(
          'SELECT rev, message_uuid AS id FROM messages WHERE conversation_uuid = $1 ORDER BY rev',
          group,
        );
        expect(events).toEqual(messages);
      }
    });

    it('leave everybody read up to their own last message', async () => {
      const marks = await select(
        `SELECT p.last_read_seq = own.seq AND p.last_delivered_seq = own.seq AS right
       FROM participants p CROSS JOIN LATERAL (
         SELECT coalesce(max(seq), 0) AS seq FROM messages m
         WHERE m.conversation_uuid = p.conversation_uuid AND m.sender_uuid = p.user_uuid) AS own`,
      );
      expect(marks).toEqual(Array(GROUPS * MEMBERS.length).fill({ right: true }));
    });
  },
);
