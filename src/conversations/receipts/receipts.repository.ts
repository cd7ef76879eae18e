import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement } from '../../database';
import { unreadCount, unreadSeqs } from '../conversation-view.sql';

/** Up to where: a sequence number, or the message that has it. */
export type Mark = { readonly seq: number } | { readonly messageId: string };

/** How far somebody has got, and what there is to tell of it. */
export interface Progress {
  /** Null: the message named is not there, or not theirs to read. */
  readonly target: number | null;
  readonly lastReadSeq: number;
  readonly lastDeliveredSeq: number;
  readonly unreadCount: number;
  readonly rev: number;
  /** Who may learn of it, the reader's own devices included. */
  readonly audience: readonly string[];
  /** Null where the mark was there already. */
  readonly eventId: string | null;
  readonly occurredAt: Date | null;
}

/**
 * Primary keys of participants, conversations, users, blocks, and of messages where one is named. No lock but that
 * of the reader's own row, and no revision: where two of these meet, the second sees what the first has written, and
 * `greatest` never goes back. Whoever keeps reading to themselves tells nobody, and whoever has blocked the other
 * side of a direct conversation does not tell them.
 *
 * @param moved the assignments that move the mark to `me.target`.
 */
const markStatement = (
  kind: 'read' | 'delivered',
  eventType: string,
  tells: string,
  moved: string,
): Statement => ({
  name: `receipts.mark_${kind}`,
  text: /* sql */ `
    WITH found AS MATERIALIZED (
      SELECT p.user_uuid, p.windows, p.last_read_seq, p.last_delivered_seq, c.conversation_uuid, c.tenant_uuid,
        c.last_seq, c.rev,
        CASE WHEN $5::uuid IS NULL THEN $4::bigint ELSE (
          SELECT m.seq FROM messages m
          WHERE m.message_uuid = $5 AND m.conversation_uuid IS NOT DISTINCT FROM $1::uuid AND p.windows @> m.seq
        ) END AS wanted,
        (
          SELECT array_agg(q.user_uuid) FROM participants q
          WHERE q.conversation_uuid = c.conversation_uuid AND upper_inf(q.windows)
            -- no EXISTS: it may be answered by hashing all that the reader has blocked
            AND (q.user_uuid = p.user_uuid OR (${tells} AND NOT (c.type = 'direct' AND coalesce((
              SELECT true FROM blocks b WHERE b.tenant_uuid = c.tenant_uuid AND b.blocker_uuid = p.user_uuid
                AND b.blocked_uuid = q.user_uuid), false))))
        ) AS audience
      FROM participants p
      JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
      JOIN users u ON u.tenant_uuid = p.tenant_uuid AND u.user_uuid = p.user_uuid
      WHERE p.conversation_uuid = $1 AND p.user_uuid = $3 AND p.tenant_uuid = $2 AND upper_inf(p.windows)
    ),
    me AS MATERIALIZED (
      SELECT found.*, CASE WHEN wanted IS NOT NULL THEN least(wanted, last_seq) END AS target FROM found
    ),
    moved AS (
      UPDATE participants p SET ${moved}, stamp = pg_current_xact_id()
      FROM me
      WHERE p.conversation_uuid = $1 AND p.user_uuid = $3 AND p.last_${kind}_seq < me.target
      RETURNING p.last_read_seq, p.last_delivered_seq
    ),
    recorded AS (
      INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
        conversation_uuid, rev, payload, audience)
      SELECT outbox_shard(me.conversation_uuid), uuid_v7_at(moment), '${eventType}', 1, moment, $6, me.tenant_uuid,
        me.conversation_uuid, me.rev,
        json_build_object('conversationId', me.conversation_uuid, 'userId', me.user_uuid, 'seq', me.target,
          'at', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), me.audience
      FROM me, moved, clock_timestamp() AS moment
      RETURNING event_uuid, occurred_at
    ),
    latest AS (
      SELECT me.*, coalesce(moved.last_read_seq,
          ${kind === 'read' ? 'greatest(me.last_read_seq, me.target)' : 'me.last_read_seq'}) AS read_seq,
        coalesce(moved.last_delivered_seq, greatest(me.last_delivered_seq, me.target)) AS delivered_seq
      FROM me LEFT JOIN moved ON true
    ),
    unread AS (SELECT latest.*, ${unreadSeqs('latest', 'latest.read_seq', 'latest.last_seq')} AS seqs FROM latest)
    SELECT unread.target, unread.read_seq AS "lastReadSeq", unread.delivered_seq AS "lastDeliveredSeq", unread.rev,
      unread.audience, recorded.event_uuid AS "eventId", recorded.occurred_at AS "occurredAt",
      ${kind === 'read' ? unreadCount('unread.conversation_uuid', 'unread.seqs') : '0'} AS "unreadCount"
    FROM unread LEFT JOIN recorded ON true`,
});

/** What was read has been delivered. */
const MARK_READ = markStatement(
  'read',
  'MessageRead',
  'u.read_receipts',
  `last_read_seq = greatest(p.last_read_seq, me.target),
        last_delivered_seq = greatest(p.last_delivered_seq, me.target)`,
);

const MARK_DELIVERED = markStatement(
  'delivered',
  'MessageDelivered',
  'true',
  'last_delivered_seq = greatest(p.last_delivered_seq, me.target)',
);

/** Moves the marks of how far people have got: watermarks, not a row for each message and reader. */
@Injectable()
export class ReceiptsRepository {
  /** @returns undefined when the reader is not in the conversation. */
  read(
    db: Queryable,
    reader: Actor,
    conversationId: string,
    mark: Mark,
    traceId: string,
  ): Promise<Progress | undefined> {
    return move(db, MARK_READ, reader, conversationId, mark, traceId);
  }

  /** @returns undefined when the recipient is not in the conversation. `unreadCount` is not looked up. */
  delivered(
    db: Queryable,
    recipient: Actor,
    conversationId: string,
    mark: Mark,
    traceId: string,
  ): Promise<Progress | undefined> {
    return move(db, MARK_DELIVERED, recipient, conversationId, mark, traceId);
  }
}

async function move(
  db: Queryable,
  statement: Statement,
  { tenantId, userId }: Actor,
  conversationId: string,
  mark: Mark,
  traceId: string,
): Promise<Progress | undefined> {
  const seq = 'seq' in mark ? mark.seq : null;
  const messageId = 'messageId' in mark ? mark.messageId : null;
  const [row] = await db.query<Progress>(statement, [
    conversationId,
    tenantId,
    userId,
    seq,
    messageId,
    traceId,
  ]);
  return row;
}
