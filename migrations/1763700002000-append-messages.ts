import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The one write path: a group of drafts goes in, a verdict for each comes out. See docs/architecture.md,
 * "A message's way through it", for why it is a function and why it locks and checks in two statements.
 */
export class AppendMessages1763700002000 implements MigrationInterface {
  name = 'AppendMessages1763700002000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(APPEND_MESSAGES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION append_messages');
  }
}

/**
 * Verdicts:
 * - `appended`: stored, with its seq and its event in the outbox. Only these have the further columns.
 * - `replayed`: the same sender used the same key for the same body before, in the last 8 days at least;
 *   `message_uuid` is that message.
 * - `key_reused`: the same key, another body.
 * - `conversation_not_found`: it does not exist, is another tenant's, or the sender is not a member.
 * - `blocked`: one side of a direct conversation has blocked the other.
 * - `reply_not_found`: the message replied to is not in this conversation, or not the sender's to read.
 * - `locked`: somebody else holds the conversation and \`p_wait\` is false. Nothing was decided; ask again.
 *
 * A draft without a sender is written by the service itself and needs no membership; one `for_business` is written
 * by the service in the name of the conversation's business. No two drafts of a call may have the same key.
 *
 * Drafts come as columns, an array each: parsing them as JSON records took a third of the whole.
 * `p_conversations` are those of the drafts, each once and sorted: the order in which everybody takes locks.
 *
 * The event of a message is a row that names it (`event_uuid`); what it said is not stored a second time, where
 * it would outlive its deletion. Whoever publishes the event makes the public object of the message.
 *
 * Concurrency: the first statement takes the conversations' row locks, in id order. Only the second, with a
 * snapshot younger than the locks, looks at members, blocks and keys: in one statement under READ COMMITTED the
 * snapshot would be older than the lock, and a removal or the same key committed meanwhile would go unseen.
 * Whatever changes membership or blocks takes the same lock, so what is seen stays true until the commit.
 */
const APPEND_MESSAGES = /* sql */ `
  CREATE FUNCTION append_messages(
    p_conversations uuid[], p_wait boolean,
    p_conversation uuid[], p_tenant uuid[], p_sender uuid[], p_for_business boolean[], p_client_message_id uuid[],
    p_body_hash bytea[], p_type text[], p_content text[], p_payload jsonb[], p_metadata jsonb[], p_reply_to uuid[],
    p_expires_in_seconds integer[], p_trace_id text[])
  RETURNS TABLE (
    ordinal           integer,
    verdict           text,
    message_uuid      uuid,
    seq               bigint,
    rev               bigint,
    sent_at           timestamptz,
    expires_at        timestamptz,
    since_previous_ms double precision,
    audience          uuid[],
    reply_to          json
  )
  LANGUAGE plpgsql VOLATILE AS $$
  #variable_conflict use_column
  DECLARE
    v_locked     uuid[];
    v_now        timestamptz;
    v_keys_since uuid;
    v_keys_until uuid;
  BEGIN
    IF p_wait THEN
      SELECT array_agg(held.conversation_uuid) INTO v_locked FROM (
        SELECT c.conversation_uuid FROM conversations c
        WHERE c.conversation_uuid = ANY (p_conversations)
        ORDER BY c.conversation_uuid FOR NO KEY UPDATE
      ) AS held;
    ELSE
      SELECT array_agg(held.conversation_uuid) INTO v_locked FROM (
        SELECT c.conversation_uuid FROM conversations c
        WHERE c.conversation_uuid = ANY (p_conversations)
        ORDER BY c.conversation_uuid FOR NO KEY UPDATE SKIP LOCKED
      ) AS held;
    END IF;

    -- Read after the locks, so that what commits later is also dated later.
    v_now := clock_timestamp();
    -- Keys are looked for in the partitions of the last 8 days: one or two, not all of them.
    v_keys_since := uuid_v7_floor(date_trunc('month', v_now AT TIME ZONE 'UTC' - interval '8 days') AT TIME ZONE 'UTC');
    v_keys_until := uuid_v7_floor(v_now + interval '1 day');
    RETURN QUERY
    WITH judged AS MATERIALIZED (
      SELECT d.*, c.last_seq, c.rev AS last_rev, c.last_activity, c.changed_at, c.message_ttl_seconds,
        c.audience, earlier.message_uuid AS earlier_uuid, replied.seq AS reply_seq,
        replied.sender_uuid AS reply_sender_uuid, replied.content AS reply_content,
        CASE
          WHEN c.conversation_uuid IS NULL THEN 'conversation_not_found'
          -- Before the lock is asked for: who is no member must not learn that somebody holds it.
          WHEN d.sender_uuid IS NOT NULL AND d.sender_uuid <> ALL (c.audience)
            AND (d.for_business AND d.sender_uuid = c.business_uuid) IS NOT TRUE THEN 'conversation_not_found'
          WHEN c.conversation_uuid <> ALL (coalesce(v_locked, '{}')) THEN 'locked'
          WHEN earlier.message_uuid IS NOT NULL AND earlier.body_hash = d.body_hash THEN 'replayed'
          WHEN earlier.message_uuid IS NOT NULL THEN 'key_reused'
          -- blocks primary key, both ways round; LIMIT keeps them two probes, where EXISTS may hash all blocks
          WHEN d.sender_uuid IS NOT NULL AND c.type = 'direct' AND coalesce(
            (SELECT true FROM blocks b WHERE b.tenant_uuid = c.tenant_uuid
              AND b.blocker_uuid = c.direct_low_uuid AND b.blocked_uuid = c.direct_high_uuid LIMIT 1),
            (SELECT true FROM blocks b WHERE b.tenant_uuid = c.tenant_uuid
              AND b.blocker_uuid = c.direct_high_uuid AND b.blocked_uuid = c.direct_low_uuid LIMIT 1), false)
            THEN 'blocked'
          WHEN d.reply_to_uuid IS NOT NULL AND replied.seq IS NULL THEN 'reply_not_found'
          ELSE 'appended'
        END AS verdict
      FROM (
        SELECT u.*, idempotency_key(u.conversation_uuid, u.sender_uuid, u.client_message_id) AS idempotency_key
        FROM unnest(p_conversation, p_tenant, p_sender, p_for_business, p_client_message_id, p_body_hash, p_type,
          p_content, p_payload, p_metadata, p_reply_to, p_expires_in_seconds, p_trace_id) WITH ORDINALITY AS u (
          conversation_uuid, tenant_uuid, sender_uuid, for_business, client_message_id, body_hash, type, content,
          payload, metadata, reply_to_uuid, expires_in_seconds, trace_id, ordinal)
        OFFSET 0 -- so that the key is hashed once
      ) AS d
      LEFT JOIN LATERAL (
        -- conversations and participants primary keys; per draft, because a join of two lists of unknown length
        -- is planned as every one against every other
        SELECT c.*, (
          SELECT coalesce(array_agg(p.user_uuid), '{}') FROM participants p
          WHERE p.conversation_uuid = c.conversation_uuid AND upper_inf(p.windows)
        ) AS audience
        FROM conversations c
        WHERE c.conversation_uuid = d.conversation_uuid AND c.tenant_uuid = d.tenant_uuid
        LIMIT 1
      ) AS c ON true
      LEFT JOIN LATERAL (
        -- the leaves' *_idempotency index
        SELECT m.message_uuid, m.body_hash FROM messages m
        WHERE m.idempotency_key = d.idempotency_key
          AND m.message_uuid >= v_keys_since AND m.message_uuid < v_keys_until
        LIMIT 1
      ) AS earlier ON d.idempotency_key IS NOT NULL
      LEFT JOIN LATERAL (
        -- messages primary key, one partition (the conversation is compared so that no other index offers itself);
        -- what the sender may not read is not there, and what it said is told only where all who hear may read it
        SELECT m.seq, m.sender_uuid, CASE WHEN m.deleted_at IS NULL AND NOT EXISTS (
            SELECT FROM participants p
            WHERE p.conversation_uuid = d.conversation_uuid AND upper_inf(p.windows) AND NOT p.windows @> m.seq
          ) THEN m.content END AS content
        FROM messages m
        WHERE m.message_uuid = d.reply_to_uuid AND m.conversation_uuid IS NOT DISTINCT FROM d.conversation_uuid
          AND (d.sender_uuid IS NULL OR EXISTS (
            SELECT FROM participants p
            WHERE p.conversation_uuid = d.conversation_uuid AND p.user_uuid = d.sender_uuid AND p.windows @> m.seq))
      ) AS replied ON d.reply_to_uuid IS NOT NULL
    ),
    accepted AS MATERIALIZED (
      SELECT j.*, j.last_seq + j.place AS seq, j.last_rev + j.place AS rev,
        -- In seq order, a microsecond apart, whatever the clock does.
        greatest(v_now, j.last_activity + interval '1 microsecond') + (j.place - 1) * interval '1 microsecond' AS sent_at
      FROM (
        SELECT j.*, row_number() OVER (PARTITION BY j.conversation_uuid ORDER BY j.ordinal) AS place
        FROM judged j WHERE j.verdict = 'appended'
      ) AS j
    ),
    minted AS MATERIALIZED (
      SELECT a.*, uuid_v7_at(a.sent_at) AS message_uuid,
        -- What happened to the conversation is not what was said in it, and stays.
        a.sent_at + least(a.expires_in_seconds, CASE WHEN a.type <> 'system' THEN a.message_ttl_seconds END)
          * interval '1 second' AS expires_at
      FROM accepted a
    ),
    stored AS (
      INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, payload, metadata,
        reply_to_uuid, client_message_id, idempotency_key, body_hash, sent_at, expires_at)
      SELECT message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, payload, metadata,
        reply_to_uuid, client_message_id, idempotency_key, body_hash, sent_at, expires_at
      FROM minted
    ),
    moved AS (
      UPDATE conversations c
      SET last_seq = newest.seq, rev = newest.rev, last_message_uuid = newest.message_uuid,
        last_activity = newest.sent_at, changed_at = newest.sent_at, stamp = pg_current_xact_id()
      FROM (
        SELECT DISTINCT ON (conversation_uuid) conversation_uuid, seq, rev, message_uuid, sent_at
        FROM minted ORDER BY conversation_uuid, seq DESC
      ) AS newest
      WHERE c.conversation_uuid = newest.conversation_uuid
    ),
    marked AS (
      -- Who writes has read what was there.
      UPDATE participants p
      SET last_read_seq = greatest(p.last_read_seq, own.seq),
        last_delivered_seq = greatest(p.last_delivered_seq, own.seq), stamp = pg_current_xact_id()
      FROM (
        SELECT conversation_uuid, sender_uuid, max(seq) AS seq FROM minted
        WHERE sender_uuid IS NOT NULL GROUP BY conversation_uuid, sender_uuid
      ) AS own
      WHERE p.conversation_uuid = own.conversation_uuid AND p.user_uuid = own.sender_uuid
    ),
    recorded AS (
      INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
        conversation_uuid, rev)
      SELECT outbox_shard(conversation_uuid), message_uuid, 'MessageCreated', 1, sent_at, trace_id, tenant_uuid,
        conversation_uuid, rev
      FROM minted
    )
    SELECT (m.ordinal - 1)::integer, 'appended', m.message_uuid, m.seq, m.rev, m.sent_at, m.expires_at,
      CASE WHEN m.place = 1 THEN date_part('epoch', v_now - m.changed_at) * 1000 ELSE 0 END, m.audience,
      CASE WHEN m.reply_to_uuid IS NOT NULL THEN json_build_object(
        'id', m.reply_to_uuid, 'seq', m.reply_seq, 'senderId', m.reply_sender_uuid, 'content', m.reply_content) END
    FROM minted m
    UNION ALL
    SELECT (j.ordinal - 1)::integer, j.verdict, j.earlier_uuid, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM judged j WHERE j.verdict <> 'appended';
  END $$`;
