import { Injectable } from '@nestjs/common';
import { currentContext } from '../../common/request-context';
import type { Queryable, Statement, Tx } from '../../database';
import {
  type AnnouncedMessage,
  announcedColumns,
  readersOf,
  faultInMessage,
  toMessageDto,
} from '../../message-view';
import type { Announcement, ChatEvent } from '../../outbox';

/** Overdue is what the lock of its conversation was busy for this often, a second apart. */
const OVERDUE_SECONDS = 2;

/**
 * The leaves' *_expiring index, oldest first, and conversations primary key. A conversation somebody else holds is
 * passed over, and so are its messages: they take no place among the `LIMIT`, or one that is held for long would keep
 * all others waiting. Nobody is waited for, so these locks need no order.
 */
const TAKE_DUE: Statement = {
  name: 'expiry.take_due',
  text: /* sql */ `
    SELECT m.message_uuid AS id
    FROM messages m JOIN conversations c ON c.conversation_uuid = m.conversation_uuid
    WHERE m.expires_at <= now() AND m.deleted_at IS NULL
    ORDER BY m.expires_at LIMIT $1
    FOR NO KEY UPDATE OF c SKIP LOCKED`,
};

/**
 * The same indexes. Waits for one conversation, the only lock of its transaction by then. One that is always being
 * written to would be passed over for ever.
 */
const HOLD_OVERDUE: Statement = {
  name: 'expiry.hold_overdue',
  text: /* sql */ `
    SELECT FROM conversations c
    WHERE c.conversation_uuid = (
      SELECT m.conversation_uuid FROM messages m
      WHERE m.expires_at <= now() - make_interval(secs => ${OVERDUE_SECONDS}) AND m.deleted_at IS NULL
      ORDER BY m.expires_at LIMIT 1)
    FOR NO KEY UPDATE OF c`,
};

/**
 * Primary keys of messages, conversations and participants. In a statement after the one that took the locks, whose
 * snapshot is younger: somebody may have deleted a message meanwhile. Revisions and times of a conversation's events
 * go up in the order in which its messages expired.
 */
const EXPIRE: Statement = {
  name: 'expiry.expire',
  text: /* sql */ `
    WITH clock AS MATERIALIZED (
      SELECT clock_timestamp() AS moment
    ), due AS MATERIALIZED (
      SELECT m.message_uuid, c.conversation_uuid, c.tenant_uuid, c.changed_at, c.rev AS last_rev,
        row_number() OVER (PARTITION BY c.conversation_uuid ORDER BY m.expires_at, m.seq) AS place
      FROM messages m CROSS JOIN LATERAL (
        SELECT c.conversation_uuid, c.tenant_uuid, c.changed_at, c.rev
        FROM conversations c WHERE c.conversation_uuid = m.conversation_uuid LIMIT 1
      ) AS c
      WHERE m.message_uuid = ANY ($1::uuid[]) AND m.deleted_at IS NULL
    ), turn AS MATERIALIZED (
      SELECT due.*, last_rev + place AS rev,
        greatest(moment, changed_at + interval '1 microsecond') + (place - 1) * interval '1 microsecond' AS occurred_at
      FROM due, clock
    ), moved AS (
      UPDATE conversations c SET rev = last.rev, changed_at = last.occurred_at, stamp = pg_current_xact_id()
      FROM (
        SELECT DISTINCT ON (conversation_uuid) conversation_uuid, rev, occurred_at
        FROM turn ORDER BY conversation_uuid, rev DESC
      ) AS last
      WHERE c.conversation_uuid = last.conversation_uuid
    ), tombstone AS (
      UPDATE messages m
      SET deleted_at = m.expires_at, content = NULL, payload = NULL, metadata = NULL, reply_to_uuid = NULL,
        rev = turn.rev, created_rev = coalesce(m.created_rev, m.rev), stamp = pg_current_xact_id()
      FROM turn WHERE m.message_uuid = turn.message_uuid AND m.message_uuid = ANY ($1::uuid[])
      RETURNING m.*
    )
    SELECT ${announcedColumns('m')}, uuid_v7_at(turn.occurred_at) AS "eventId", turn.occurred_at AS "occurredAt",
      turn.tenant_uuid AS "tenantId",
      CASE WHEN turn.place = 1 THEN extract(epoch FROM turn.occurred_at - turn.changed_at)::double precision * 1000
        ELSE 0 END AS "sincePreviousMs"
    FROM tombstone m
    JOIN turn ON turn.message_uuid = m.message_uuid
    CROSS JOIN LATERAL (${readersOf('m')}) AS readers
    ORDER BY m.conversation_uuid, m.rev`,
};

/** The events of a whole batch. */
const RECORD: Statement = {
  name: 'expiry.record',
  text: /* sql */ `
    INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
      conversation_uuid, rev, payload, audience)
    SELECT outbox_shard(e."key"), e."eventId", e."eventType", e."schemaVersion", e."occurredAt", e."traceId",
      e."tenantId", e."key", e.rev, e.payload, e.audience
    FROM json_to_recordset($1) AS e(
      "eventId" uuid, "eventType" text, "schemaVersion" smallint, "occurredAt" timestamptz, "traceId" text,
      "tenantId" uuid, "key" uuid, rev bigint, payload json, audience uuid[])
    ORDER BY e."key", e.rev`,
};

/**
 * The leaves' *_unscrubbed index, oldest first. A tombstone changes in no other way, so its own lock is enough; what
 * another process is at is passed over.
 */
const SCRUB: Statement = {
  name: 'expiry.scrub',
  text: /* sql */ `
    UPDATE messages m SET content = NULL, payload = NULL, metadata = NULL, reply_to_uuid = NULL
    WHERE m.message_uuid = ANY (ARRAY(
      SELECT old.message_uuid FROM messages old
      WHERE old.deleted_at < now() - make_interval(days => $1) AND old.content IS NOT NULL
      ORDER BY old.deleted_at LIMIT $2
      FOR UPDATE SKIP LOCKED))
    RETURNING m.message_uuid AS id`,
};

interface ExpiredMessage extends AnnouncedMessage {
  readonly tenantId: string;
  readonly eventId: string;
  readonly occurredAt: Date;
  readonly sincePreviousMs: number;
}

/** Takes from messages what they said, when the time for it has come. All times are Postgres's. */
@Injectable()
export class ExpiryRepository {
  /** Messages whose time is over, in conversations that this transaction holds from now on. */
  async takeDue(tx: Tx, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(TAKE_DUE, [limit]);
    return rows.map(({ id }) => id);
  }

  /** Waits for the conversation with the message that is most overdue. @returns whether there is one. */
  async holdOverdue(tx: Tx): Promise<boolean> {
    return (await tx.query(HOLD_OVERDUE, [])).length > 0;
  }

  /**
   * Makes tombstones with nothing in them of messages whose time is over and whose conversations this transaction
   * holds. @returns what is to be announced after the commit: an event for each that was not a tombstone before.
   */
  async expire(tx: Tx, messageIds: readonly string[]): Promise<Announcement[]> {
    const expired = await tx.query<ExpiredMessage>(EXPIRE, [messageIds]);
    // What can not be shown expires all the same: failing at it, nothing else would expire any more.
    const announcements = expired.filter((row) => faultInMessage(row) === undefined).map(toAnnouncement);
    const events = announcements.map(({ event, audience }) => ({ ...event, audience }));
    await tx.query(RECORD, [JSON.stringify(events)]);
    return announcements;
  }

  /** Empties tombstones of deletions that are longer ago than that. @returns how many, at most `limit`. */
  async scrub(db: Queryable, auditDays: number, limit: number): Promise<number> {
    return (await db.query(SCRUB, [auditDays, limit])).length;
  }
}

function toAnnouncement(expired: ExpiredMessage): Announcement {
  const { tenantId, eventId, occurredAt, sincePreviousMs, audience, ...row } = expired;
  const event: ChatEvent = {
    eventId,
    eventType: 'MessageExpired',
    schemaVersion: 1,
    occurredAt,
    traceId: currentContext().traceId,
    tenantId,
    key: row.conversationId,
    rev: row.rev,
    payload: { message: toMessageDto(row) },
  };
  return { event, audience, sincePreviousMs };
}
