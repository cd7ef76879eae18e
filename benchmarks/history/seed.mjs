import { withClient } from '../../scripts/infra/databases.mjs';
import { NIL_TENANT } from '../load/population.mjs';

/** Conversations of the one who reads, besides the long one; all of them together are the inbox. */
export const INBOX = 2_000;
/** Conversations of other people, as many again for each in the inbox. */
const OTHERS = 10 * INBOX;

/** Of ten messages one goes to the long conversation, one to the rest of the inbox and eight to other people's. */
const LONG = 1;
const PERIOD_DAYS = 90;
const BATCH = 250_000;
const CONNECTIONS = 2;

/** Ids are made of numbers, so that rows can be made by Postgres itself: these are as long and as ordered as any. */
const conversationId = (number) => `('01900000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const userId = (number) => `('01900000-0000-7000-9000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

export const READER = '01900000-0000-7000-9000-000000000000';
export const LONG_CONVERSATION = '01900000-0000-7000-8000-000000000000';

/**
 * Fills an empty database with messages evenly over the last 90 days, in the order of time, as they would have come:
 * neighbours in a conversation are not neighbours on disk.
 *
 * @param {string} databaseUrl with the service's schema
 * @param {number} messages
 * @param {(done: number) => void} [onProgress]
 */
export async function seed(databaseUrl, messages, onProgress = () => undefined) {
  await withClient(databaseUrl, async (client) => {
    await client.query(PARTITIONS, [PERIOD_DAYS]);
    await client.query(PEOPLE, [NIL_TENANT, INBOX + OTHERS]);
    await client.query(CONVERSATIONS, [NIL_TENANT, INBOX, OTHERS, PERIOD_DAYS]);
    await client.query(PARTICIPANTS, [NIL_TENANT]);
  });
  const restoreIndexes = await withoutIndexes(databaseUrl);
  await fill(databaseUrl, messages, onProgress);
  await restoreIndexes();
  await withClient(databaseUrl, async (client) => {
    await client.query(LAST_MESSAGES);
    await client.query(MARKS);
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
  });
}

const PARTITIONS = /* sql */ `
  SELECT create_message_partition(month::date)
  FROM generate_series(date_trunc('month', now() - make_interval(days => $1)), now(), interval '1 month') AS month`;

const PEOPLE = /* sql */ `
  INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, ${userId('n')} FROM generate_series(0, 2 * $2::int) AS n`;

/** Number 0 is the long one, then those of the inbox, then those of others: between users 2 n and 2 n + 1. */
const CONVERSATIONS = /* sql */ `
  INSERT INTO conversations (conversation_uuid, tenant_uuid, type, direct_low_uuid, direct_high_uuid,
    created_by_uuid, created_at, last_activity, changed_at)
  SELECT ${conversationId('n')}, $1, 'direct', low, high, low, moment, moment, moment
  FROM generate_series(0, $2::int + $3::int) AS n
  CROSS JOIN LATERAL (SELECT CASE WHEN n <= $2 THEN ${userId('0')} ELSE ${userId('2 * n - 1')} END AS low,
    ${userId('CASE WHEN n = 0 THEN 1 ELSE 2 * n END')} AS high) AS pair
  CROSS JOIN (SELECT now() - make_interval(days => $4) AS moment) AS beginning`;

const PARTICIPANTS = /* sql */ `
  INSERT INTO participants (conversation_uuid, user_uuid, tenant_uuid, role, windows, joined_at)
  SELECT conversation_uuid, member, $1, 'member', '{[1,)}', created_at
  FROM conversations, unnest(ARRAY[direct_low_uuid, direct_high_uuid]) AS member`;

/** Row n of all: which conversation, its number there, who sent it, when. */
const MESSAGES = /* sql */ `
  INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, client_message_id,
    idempotency_key, body_hash, sent_at)
  SELECT uuid_v7_at(sent_at), ${conversationId('number')}, seq, seq + 1,
    ${userId('CASE WHEN seq % 2 = 1 THEN CASE WHEN number = 0 THEN 1 ELSE 2 * number END WHEN number <= $4 THEN 0 ELSE 2 * number - 1 END')},
    'text', 'Message ' || n || ' of all those that were ever sent here, in a text as long as most of them are.', key,
    uuid_send(key), uuid_send(key), sent_at
  FROM (
    SELECT n, gen_random_uuid() AS key,
      now() - make_interval(days => $5) + interval '1 hour'
        + (make_interval(days => $5) - interval '1 hour') * (n::float8 / $3) AS sent_at,
      CASE n % 10 WHEN 0 THEN 0 WHEN ${LONG} THEN 1 + k % $4 ELSE $4 + 1 + (k * 8 + n % 10 - 2) % $6 END AS number,
      CASE n % 10 WHEN 0 THEN k + 1 WHEN ${LONG} THEN k / $4 + 1 ELSE (k * 8 + n % 10 - 2) / $6 + 1 END AS seq
    FROM (SELECT n, n / 10 AS k FROM generate_series($1::int, $2::int - 1) AS n) AS rows
  ) AS planned`;

/** The leaves' (conversation_uuid, seq) index. */
const LAST_MESSAGES = /* sql */ `
  UPDATE conversations c SET last_seq = newest.seq, rev = newest.rev, last_message_uuid = newest.message_uuid,
    last_activity = newest.sent_at, changed_at = newest.sent_at
  FROM conversations other CROSS JOIN LATERAL (
    SELECT m.message_uuid, m.seq, m.rev, m.sent_at FROM messages m
    WHERE m.conversation_uuid = other.conversation_uuid ORDER BY m.seq DESC LIMIT 1
  ) AS newest
  WHERE c.conversation_uuid = other.conversation_uuid`;

/** Everybody has read all but the last few. */
const MARKS = /* sql */ `
  UPDATE participants p SET last_read_seq = greatest(c.last_seq - 3, 0), last_delivered_seq = c.last_seq
  FROM conversations c WHERE c.conversation_uuid = p.conversation_uuid`;

/** Two at a time, for two cores; each takes the next piece of time that is not taken. */
async function fill(databaseUrl, messages, onProgress) {
  let taken = 0;
  let done = 0;
  const work = (client) => async () => {
    while (taken < messages) {
      const from = taken;
      const to = (taken = Math.min(from + BATCH, messages));
      await client.query(MESSAGES, [from, to, messages, INBOX, PERIOD_DAYS, OTHERS]);
      onProgress((done += to - from));
    }
  };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () => withClient(databaseUrl, (client) => work(client)())),
  );
}

/** Rows are stored faster without indexes, and the indexes made of them afterwards are the same. */
async function withoutIndexes(databaseUrl) {
  const definitions = [];
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(/* sql */ `
      SELECT i.indexrelid::regclass AS name, pg_get_indexdef(i.indexrelid) AS definition
      FROM pg_inherits h JOIN pg_index i ON i.indrelid = h.inhrelid
      WHERE h.inhparent = 'messages'::regclass AND NOT i.indisprimary
        -- those that belong to one of the whole table go only with it, and are small
        AND NOT EXISTS (SELECT FROM pg_inherits whole WHERE whole.inhrelid = i.indexrelid)`);
    for (const { name, definition } of rows) {
      definitions.push(definition);
      await client.query(`DROP INDEX ${name}`);
    }
  });
  return () =>
    withClient(databaseUrl, async (client) => {
      await client.query(`SET maintenance_work_mem = '512MB'`);
      for (const definition of definitions) await client.query(definition);
    });
}
