import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { NIL_UUID } from '../../../src/common/uuid';

const PEOPLE = 500;
/** Person n talks with each of the nine who come after. */
const DIRECT_CHATS = 9 * PEOPLE;
/** Person n and the seven who come after. */
const GROUPS = PEOPLE;
const MESSAGES_OF_A_CHAT = 10;
const MESSAGES_OF_THE_LONG_CHAT = 3_000;

/**
 * More rows than any statement of one person has to do with (100 messages of a page, say, or 8 members of each of 26
 * chats), and fewer than there are of anything, or messages in the long chat: a plan that reads those shows.
 */
export const ROWS_OF_ONE_PERSON = 300;

export const personId = (number: number): string => idOf(`person ${number}`);

/** Chat 0 is the long one, of persons 0 and 1. */
export const chatId = (number: number): string => idOf(`chat ${number}`);

export const groupId = (number: number): string => chatId(DIRECT_CHATS + number);

/**
 * Fills a new database with what a service has after three months. But for the names of the months and the random
 * part of messages' ids it is the same whenever it is made, and so are the statistics that plans are made by.
 */
export async function fillDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of STATEMENTS) await client.query(statement);
    const { rows } = await client.query<{ name: string }>(FILLED_TABLES);
    for (const { name } of rows) {
      await client.query(`VACUUM ANALYZE ${name}`);
      // It would come in between at some moment or other.
      await client.query(`ALTER TABLE ${name} SET (autovacuum_enabled = off)`);
    }
  } finally {
    await client.end();
  }
}

/** Not the month to come: nothing was ever in it, and so Postgres knows nothing of it. */
const FILLED_TABLES = `
  SELECT oid::regclass::text AS name FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0`;

const TENANT = `'${NIL_UUID}'::uuid`;
const person = (number: string): string => `md5('person ' || ${number})::uuid`;
const upTo = (count: number): string => `generate_series(0, ${count - 1})`;
const startOfMonth = (monthsAgo: string): string =>
  `((date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => ${monthsAgo})) AT TIME ZONE 'UTC')`;

/** The two oldest months are full; the present one is filled as far as it goes. */
const MONTHS = 3;

const STATEMENTS = [
  // With it every row is looked at, not a sample.
  'SET default_statistics_target = 1000',

  `SELECT create_message_partition(${startOfMonth('2')}::date)`,

  `INSERT INTO users (tenant_uuid, user_uuid, read_receipts, sessions_valid_from, sessions_revoked_at)
   SELECT ${TENANT}, ${person('n')}, n % 10 <> 9, revoked, revoked
   FROM ${upTo(PEOPLE)} AS n, LATERAL (SELECT CASE WHEN n % 50 = 49 THEN now() - interval '40 days' END) AS r(revoked)`,

  `INSERT INTO blocks (tenant_uuid, blocker_uuid, blocked_uuid, blocked_at)
   SELECT ${TENANT}, ${person('n % 10')}, ${person('n')}, now() - n * interval '1 minute'
   FROM generate_series(${PEOPLE / 2}, ${PEOPLE - 1}) AS n`,

  `CREATE TEMPORARY TABLE chat AS
   SELECT n, md5('chat ' || n)::uuid AS id, n < ${DIRECT_CHATS} AS is_direct,
     CASE WHEN n = 0 THEN ${MESSAGES_OF_THE_LONG_CHAT} ELSE ${MESSAGES_OF_A_CHAT} END AS messages,
     (
       SELECT array_agg(${person('(n + place) % ' + PEOPLE)} ORDER BY place)
       FROM unnest(CASE WHEN n < ${DIRECT_CHATS} THEN array[0, 1 + n / ${PEOPLE}] ELSE array[0,1,2,3,4,5,6,7] END) AS place
     ) AS members
   FROM ${upTo(DIRECT_CHATS + GROUPS)} AS n`,

  `INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, created_rev, sender_uuid, type, content,
     reply_to_uuid, client_message_id, idempotency_key, body_hash, sent_at, edited_at, deleted_at, expires_at)
   SELECT message_uuid, id, seq, seq, CASE WHEN seq % 89 = 0 OR seq % 97 = 0 THEN seq END, sender_uuid,
     CASE WHEN sender_uuid IS NULL THEN 'system' ELSE 'text' END, 'What was said as number ' || seq || ' of chat ' || n,
     CASE WHEN seq % 11 = 0 THEN lag(message_uuid) OVER (PARTITION BY n ORDER BY seq) END,
     key, idempotency_key(id, sender_uuid, key), CASE WHEN key IS NOT NULL THEN sha256('body') END, sent_at,
     CASE WHEN seq % 89 = 0 THEN sent_at END, CASE WHEN seq % 97 = 0 THEN now() END,
     CASE WHEN seq % 50 = 0 THEN now() + interval '30 days' END
   FROM (
     SELECT chat.*, seq, sent_at, uuid_v7_at(sent_at) AS message_uuid,
       CASE WHEN is_direct OR seq > 1 THEN members[1 + seq % cardinality(members)] END AS sender_uuid,
       CASE WHEN seq % 2 = 0 THEN md5('key ' || n || ' ' || seq)::uuid END AS key
     FROM chat, generate_series(1, messages) AS seq, LATERAL (
       SELECT ${MONTHS} * (seq - 1) / messages AS month,
         (${MONTHS} * (seq - 1) % messages + n::float8 / ${DIRECT_CHATS + GROUPS} * ${MONTHS}) / (messages + ${MONTHS}) AS part
     ) AS place, LATERAL (
       SELECT begins + part * (CASE WHEN month = ${MONTHS - 1} THEN now() ELSE ends END - begins) AS sent_at
       FROM (SELECT ${startOfMonth(`${MONTHS - 1} - month`)} AS begins, ${startOfMonth(`${MONTHS - 2} - month`)} AS ends) AS months
     ) AS time
   ) AS message
   ORDER BY sent_at`,

  `INSERT INTO conversations (conversation_uuid, tenant_uuid, type, direct_low_uuid, direct_high_uuid, created_by_uuid,
     creation_key, creation_hash, created_at, last_seq, rev, last_message_uuid, last_activity, changed_at)
   SELECT id, ${TENANT}, CASE WHEN is_direct THEN 'direct' ELSE 'group' END,
     CASE WHEN is_direct THEN least(members[1], members[2]) END,
     CASE WHEN is_direct THEN greatest(members[1], members[2]) END, members[1],
     CASE WHEN NOT is_direct THEN md5('key ' || n)::uuid END, CASE WHEN NOT is_direct THEN sha256('body') END,
     ${startOfMonth('2')}, messages, messages, last.message_uuid, last.sent_at, last.sent_at
   FROM chat JOIN messages last ON last.conversation_uuid = chat.id AND last.seq = chat.messages`,

  `INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at, last_read_seq,
     last_delivered_seq)
   SELECT id, ${TENANT}, member, CASE WHEN NOT is_direct AND place = 1 THEN 'admin' ELSE 'member' END, '{[1,)}',
     ${startOfMonth('2')}, messages - n % 10, messages
   FROM chat, unnest(members) WITH ORDINALITY AS m(member, place)`,

  `INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
     conversation_uuid, rev)
   SELECT outbox_shard(conversation_uuid), message_uuid, 'MessageCreated', 1, sent_at, repeat('0', 32), ${TENANT},
     conversation_uuid, rev
   FROM messages ORDER BY message_uuid DESC LIMIT 20000`,
];

function idOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
