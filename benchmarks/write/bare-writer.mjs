import pg from 'pg';
import { built } from '../../scripts/docs/built.mjs';
import { bytesOf, timeOrderedUuid } from './drafts.mjs';

/** Drafts of one commit, as in the service. */
const GROUP_SIZE = 128;

/**
 * The floor: the same rows as the service writes, in groups of the same size, on one connection, and nothing else.
 * Nobody's membership is checked, no key is looked for, nothing is locked beforehand; ids and numbers come from here.
 *
 * @param {(client: pg.Client, rows: Row[]) => Promise<void>} insert
 * @typedef {object} Row
 */
async function bareWriter(url, insert) {
  const { GroupCommit } = built('src/common/group-commit');
  const client = new pg.Client({
    connectionString: url,
    options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off',
  });
  await client.connect();
  const numbers = new Map();
  const commit = async (drafts) => {
    const sentAt = new Date().toISOString();
    const rows = drafts.map((draft) => {
      const seq = (numbers.get(draft.conversationId) ?? 0) + 1;
      numbers.set(draft.conversationId, seq);
      const idempotencyKey = bytesOf(draft.clientMessageId);
      return { ...draft, id: timeOrderedUuid(), seq, rev: seq + 1, idempotencyKey, sentAt };
    });
    await insert(client, rows);
    return drafts;
  };
  const group = new GroupCommit(commit, () => false, { size: GROUP_SIZE, waiting: Infinity });
  return { write: (draft) => group.add(draft), close: () => client.end() };
}

/** As anybody would write it: a transaction of three statements, each with a list of rows. */
export function plainBareWriter(url) {
  return bareWriter(url, async (client, rows) => {
    const newest = [...new Map(rows.map((row) => [row.conversationId, row])).values()];
    await client.query('BEGIN');
    await client.query(
      withLists(
        'bare.messages',
        `INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content,
          client_message_id, idempotency_key, body_hash, sent_at) VALUES`,
        rows,
        MESSAGE,
      ),
    );
    await client.query(
      withLists(
        'bare.conversations',
        `UPDATE conversations c SET last_seq = v.seq::bigint, rev = v.rev::bigint, last_message_uuid = v.id::uuid,
          last_activity = v.at::timestamptz, changed_at = v.at::timestamptz, stamp = pg_current_xact_id() FROM (VALUES`,
        newest,
        ['conversationId', 'seq', 'rev', 'id', 'sentAt'],
        ') AS v (conversation, seq, rev, id, at) WHERE c.conversation_uuid = v.conversation::uuid',
      ),
    );
    await client.query(
      withLists(
        'bare.outbox',
        `INSERT INTO outbox (event_uuid, occurred_at, trace_id, tenant_uuid, conversation_uuid, rev, shard, event_type,
          schema_version) VALUES`,
        rows.map((row) => ({ ...row, shard: 0, event: 'MessageCreated', version: 1 })),
        ['id', 'sentAt', 'traceId', 'tenantId', 'conversationId', 'rev', 'shard', 'event', 'version'],
      ),
    );
    await client.query('COMMIT');
  });
}

const MESSAGE = [
  ...['id', 'conversationId', 'seq', 'rev', 'senderId', 'type', 'content', 'clientMessageId'],
  ...['idempotencyKey', 'bodyHash', 'sentAt'],
];

/** Prepared once for each number of rows. */
function withLists(name, start, rows, fields, end = '') {
  const list = (_, row) => `(${fields.map((_field, at) => `$${row * fields.length + at + 1}`).join(', ')})`;
  return {
    name: `${name}.${rows.length}`,
    text: `${start} ${rows.map(list).join(', ')}${end}`,
    values: rows.flatMap((row) => fields.map((field) => row[field])),
  };
}

const ONE_STATEMENT = {
  name: 'bare.one',
  text: /* sql */ `
    WITH rows AS MATERIALIZED (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[], $7::text[],
        $8::uuid[], $9::bytea[], $10::bytea[], $11::timestamptz[], $12::uuid[], $13::text[])
        AS r (id, conversation, seq, rev, sender, type, content, key, idempotency_key, body_hash, sent_at, tenant,
          trace_id)
    ), stored AS (
      INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, client_message_id,
        idempotency_key, body_hash, sent_at)
      SELECT id, conversation, seq, rev, sender, type, content, key, idempotency_key, body_hash, sent_at FROM rows
    ), moved AS (
      UPDATE conversations c SET last_seq = newest.seq, rev = newest.rev, last_message_uuid = newest.id,
        last_activity = newest.sent_at, changed_at = newest.sent_at, stamp = pg_current_xact_id()
      FROM (SELECT DISTINCT ON (conversation) * FROM rows ORDER BY conversation, seq DESC) AS newest
      WHERE c.conversation_uuid = newest.conversation
    )
    INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
      conversation_uuid, rev)
    SELECT 0, id, 'MessageCreated', 1, sent_at, trace_id, tenant, conversation, rev FROM rows`,
};

/** The least it can cost: one prepared statement for a group of any size, which takes an array for each column. */
export function leastBareWriter(url) {
  return bareWriter(url, async (client, rows) => {
    const values = [...MESSAGE, 'tenantId', 'traceId'].map((field) => rows.map((row) => row[field]));
    await client.query({ ...ONE_STATEMENT, values });
  });
}
