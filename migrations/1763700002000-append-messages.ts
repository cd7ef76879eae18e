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
 * - `replayed`: the same sender used the same key for the same body before, while its partition lives (retention is
 *   longer than the 7 days promised); `message_uuid` is that message.
 * - `key_reused`: the same key, another body.
 * - `conversation_not_found`: it does not exist, is another tenant's, or the sender is not a member.
 * - `blocked`: one side of a direct conversation has blocked the other.
 * - `reply_not_found`: the message replied to is not in this conversation, or not the sender's to read.
 * - `locked`: somebody else holds the conversation and \`p_wait\` is false. Nothing was decided; ask again.
 *
 * A draft without a sender is written by the service itself and needs no membership; one `for_business` is written
 * by the service in the name of the conversation's business.
 *
 * Concurrency: the first statement takes the conversations' row locks, in id order. Only the second, with a
 * snapshot younger than the locks, looks at members, blocks and keys: in one statement under READ COMMITTED the
 * snapshot would be older than the lock, and a removal or the same key committed meanwhile would go unseen.
 * Whatever changes membership or blocks takes the same lock, so what is seen stays true until the commit.
 */
const APPEND_MESSAGES = /* sql */ `
  CREATE FUNCTION append_messages(p_drafts json, p_conversations uuid[], p_wait boolean)
  RETURNS TABLE (
    ordinal           integer,
    verdict           text,
    message_uuid      uuid,
    seq               bigint,
    rev               bigint,
    sent_at           timestamptz,
    expires_at        timestamptz,
    event_uuid        uuid,
    since_previous_ms double precision,
    audience          uuid[],
    reply_to          json
  )
  LANGUAGE plpgsql VOLATILE AS $$
  #variable_conflict use_column
  DECLARE
    v_locked uuid[];
    v_now    timestamptz;
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
    RETURN QUERY
    WITH draft AS MATERIALIZED (
      SELECT d.*, idempotency_key(d.conversation_uuid, d.sender_uuid, d.client_message_id) AS idempotency_key
      FROM json_to_recordset(p_drafts) AS d(
        ordinal integer, conversation_uuid uuid, tenant_uuid uuid, sender_uuid uuid, client_message_id uuid,
        body_hash bytea, type text, content text, payload jsonb, metadata jsonb, reply_to_uuid uuid,
        expires_in_seconds integer, trace_id text, for_business boolean)
    ),
    judged AS MATERIALIZED (
      SELECT d.*, c.last_seq, c.rev AS last_rev, c.last_activity, c.changed_at, c.message_ttl_seconds,
        c.audience, c.seen_by_all, earlier.message_uuid AS earlier_uuid, replied.seq AS reply_seq,
        replied.sender_uuid AS reply_sender_uuid, replied.content AS reply_content,
        replied.deleted_at AS reply_deleted_at,
        CASE
          WHEN c.conversation_uuid IS NULL THEN 'conversation_not_found'
          -- Before the lock is asked for: who is no member must not learn that somebody holds it.
          WHEN d.sender_uuid IS NOT NULL AND d.sender_uuid <> ALL (c.audience)
            AND (d.for_business AND d.sender_uuid = c.business_uuid) IS NOT TRUE THEN 'conversation_not_found'
          WHEN c.conversation_uuid <> ALL (coalesce(v_locked, '{}')) THEN 'locked'
          WHEN earlier.message_uuid IS NOT NULL AND earlier.body_hash = d.body_hash THEN 'replayed'
          WHEN earlier.message_uuid IS NOT NULL THEN 'key_reused'
          WHEN d.sender_uuid IS NOT NULL AND c.type = 'direct' AND EXISTS (
            -- blocks primary key, both ways round
            SELECT FROM blocks b
            WHERE b.tenant_uuid = c.tenant_uuid AND (
              (b.blocker_uuid = c.direct_low_uuid AND b.blocked_uuid = c.direct_high_uuid) OR
              (b.blocker_uuid = c.direct_high_uuid AND b.blocked_uuid = c.direct_low_uuid))
          ) THEN 'blocked'
          WHEN d.reply_to_uuid IS NOT NULL AND replied.seq IS NULL THEN 'reply_not_found'
          ELSE 'appended'
        END AS verdict
      FROM draft d
      LEFT JOIN LATERAL (
        -- conversations and participants primary keys; per draft, because a join of two lists of unknown length
        -- is planned as every one against every other
        SELECT c.*, members.audience, members.seen_by_all
        FROM conversations c
        CROSS JOIN LATERAL (
          SELECT coalesce(array_agg(p.user_uuid), '{}') AS audience, range_intersect_agg(p.windows) AS seen_by_all
          FROM participants p WHERE p.conversation_uuid = c.conversation_uuid AND upper_inf(p.windows)
        ) AS members
        WHERE c.conversation_uuid = d.conversation_uuid AND c.tenant_uuid = d.tenant_uuid
        LIMIT 1
      ) AS c ON true
      LEFT JOIN LATERAL (
        -- the leaves' *_idempotency index
        SELECT m.message_uuid, m.body_hash FROM messages m WHERE m.idempotency_key = d.idempotency_key
        LIMIT 1
      ) AS earlier ON d.idempotency_key IS NOT NULL
      LEFT JOIN LATERAL (
        -- messages primary key, one partition (the conversation is compared so that no other index offers itself);
        -- what the sender may not read is not there
        SELECT m.seq, m.sender_uuid, m.content, m.deleted_at FROM messages m
        WHERE m.message_uuid = d.reply_to_uuid AND m.conversation_uuid IS NOT DISTINCT FROM d.conversation_uuid
          AND (d.sender_uuid IS NULL OR EXISTS (
            SELECT FROM participants p
            WHERE p.conversation_uuid = d.conversation_uuid AND p.user_uuid = d.sender_uuid AND p.windows @> m.seq))
      ) AS replied ON d.reply_to_uuid IS NOT NULL
    ),
    -- The same key twice in one group: the first is stored, the others are judged against it.
    twinned AS MATERIALIZED (
      SELECT j.*, row_number() OVER twins AS nth, first_value(j.body_hash) OVER twins AS first_hash,
        first_value(j.ordinal) OVER twins AS first_ordinal
      FROM judged j
      WINDOW twins AS (
        PARTITION BY j.verdict, j.idempotency_key, CASE WHEN j.idempotency_key IS NULL THEN j.ordinal END
        ORDER BY j.ordinal)
    ),
    accepted AS MATERIALIZED (
      SELECT t.*, t.last_seq + t.place AS seq, t.last_rev + t.place AS rev,
        -- In seq order, a microsecond apart, whatever the clock does.
        greatest(v_now, t.last_activity + interval '1 microsecond') + (t.place - 1) * interval '1 microsecond' AS sent_at,
        CASE WHEN t.place = 1 THEN extract(epoch FROM v_now - t.changed_at)::double precision * 1000 ELSE 0 END
          AS since_previous_ms
      FROM (
        SELECT t.*, row_number() OVER (PARTITION BY t.conversation_uuid ORDER BY t.ordinal) AS place
        FROM twinned t WHERE t.verdict = 'appended' AND t.nth = 1
      ) AS t
    ),
    minted AS MATERIALIZED (
      SELECT a.*, uuid_v7_at(a.sent_at) AS message_uuid, uuid_v7_at(v_now) AS event_uuid,
        -- What happened to the conversation is not what was said in it, and stays.
        a.sent_at + least(a.expires_in_seconds, CASE WHEN a.type <> 'system' THEN a.message_ttl_seconds END)
          * interval '1 second' AS expires_at,
        CASE WHEN a.reply_to_uuid IS NOT NULL THEN json_build_object(
          'id', a.reply_to_uuid, 'seq', a.reply_seq, 'senderId', a.reply_sender_uuid,
          -- Told only where everybody who hears it may read the original.
          'content', CASE WHEN a.reply_deleted_at IS NULL AND a.seen_by_all @> a.reply_seq THEN a.reply_content END)
        END AS reply_to
      FROM accepted a
    ),
    stored AS (
      INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, payload, metadata,
        reply_to_uuid, client_message_id, idempotency_key, body_hash, sent_at, expires_at)
      SELECT message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, payload, metadata,
        reply_to_uuid, client_message_id, idempotency_key, body_hash, sent_at, expires_at
      FROM minted ORDER BY message_uuid
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
      -- The row as it was written; whoever publishes it makes the public object of it (contentHtml, the excerpt).
      INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
        conversation_uuid, rev, payload)
      SELECT outbox_shard(conversation_uuid), event_uuid, 'MessageCreated', 1, sent_at, trace_id, tenant_uuid,
        conversation_uuid, rev,
        json_build_object('message', json_build_object(
          'id', message_uuid, 'conversationId', conversation_uuid, 'seq', seq, 'rev', rev, 'senderId', sender_uuid,
          'type', type, 'content', content, 'payload', payload, 'metadata', metadata,
          'clientMessageId', client_message_id, 'sentAt', sent_at, 'expiresAt', expires_at, 'replyTo', reply_to))
      FROM minted ORDER BY conversation_uuid, rev
    )
    SELECT m.ordinal, 'appended', m.message_uuid, m.seq, m.rev, m.sent_at, m.expires_at, m.event_uuid,
      m.since_previous_ms, m.audience, m.reply_to
    FROM minted m
    UNION ALL
    SELECT t.ordinal,
      CASE WHEN t.verdict <> 'appended' THEN t.verdict
           WHEN t.body_hash = t.first_hash THEN 'replayed' ELSE 'key_reused' END,
      coalesce(t.earlier_uuid, twin.message_uuid), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM twinned t
    LEFT JOIN minted twin ON t.verdict = 'appended' AND twin.ordinal = t.first_ordinal
    WHERE t.verdict <> 'appended' OR t.nth > 1;
  END $$`;
