import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { upTo } from '../../support/times';
import { databaseAt } from '../../support/database-config';

const TENANT = randomUUID();
const ALICE = randomUUID();
/** Few enough that all versions of a row fit into its page, whatever holds on to old ones at the moment. */
const SENDS = 20;

describe('sending', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await testDatabase.drop();
  });

  it('changes the rows of conversation and sender in place, without touching an index', async () => {
    const log = new MessageLog(databaseAt(testDatabase.url));
    const draft = await aDraft();
    for (const _ of upTo(SENDS)) await log.append([draft]);
    await log.onApplicationShutdown(); // a connection reports what it did when it ends
    await eventually(async () => {
      const { rows } = await db.query(
        `SELECT relname, n_tup_upd::integer AS updated, n_tup_hot_upd::integer AS in_place FROM pg_stat_user_tables
         WHERE relname IN ('conversations', 'participants') ORDER BY 1`,
      );
      expect(rows).toEqual([
        { relname: 'conversations', updated: SENDS, in_place: SENDS },
        { relname: 'participants', updated: SENDS, in_place: SENDS },
      ]);
    });
  });

  /** By Alice, in a group of her own. */
  async function aDraft(): Promise<Draft> {
    const { rows } = await db.query<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) VALUES ($1, $2)
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', $2, now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, $2, 'member', '{[1,)}', now() FROM made
       )
       SELECT id FROM made`,
      [TENANT, ALICE],
    );
    const nothing = { payload: null, metadata: null, replyToId: null, expiresInSeconds: null };
    const key = { clientMessageId: null, bodyHash: null };
    const what = { type: 'text', content: 'hello', traceId: '0'.repeat(32) };
    return {
      tenantId: TENANT,
      conversationId: rows[0]?.id as string,
      senderId: ALICE,
      ...what,
      ...nothing,
      ...key,
    };
  }
});
