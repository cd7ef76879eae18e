import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../../database';
import { type AnnouncedMessage, announcedColumns, readersOf } from '../../message-view';
import type { ChatEventType } from '../chat-event';

/** That there is an event, and whose. */
export interface WaitingEvent {
  readonly position: number;
  readonly shard: number;
  readonly eventId: string;
  readonly key: string;
  readonly occurredAt: Date;
}

/** An event as the outbox keeps it: of a message only which one it was. */
export interface OutboxRow extends WaitingEvent {
  readonly eventType: ChatEventType;
  readonly schemaVersion: number;
  readonly traceId: string;
  readonly tenantId: string;
  readonly rev: number;
  readonly payload: unknown;
  readonly audience: readonly string[] | null;
}

/** Where one message is to be found. */
export interface MessageAddress {
  readonly conversationId: string;
  readonly messageId: string;
}

/** The columns of an `OutboxRow`. */
export const outboxColumns = (o: string, audience = `${o}.audience`): string => /* sql */ `
  ${o}.position, ${o}.shard, ${o}.event_uuid AS "eventId", ${o}.event_type AS "eventType",
  ${o}.schema_version AS "schemaVersion", ${o}.occurred_at AS "occurredAt", ${o}.trace_id AS "traceId",
  ${o}.tenant_uuid AS "tenantId", ${o}.conversation_uuid AS "key", ${o}.rev, ${o}.payload, ${audience}`;

/** outbox_waiting, from the beginning of each shard: what commits late is found when it is there. */
const WAITING: Statement = {
  name: 'outbox_events.waiting',
  text: /* sql */ `
    SELECT o.position, o.shard, o.event_uuid AS "eventId", o.conversation_uuid AS "key", o.occurred_at AS "occurredAt"
    FROM unnest($1::smallint[]) AS own(shard)
    CROSS JOIN LATERAL (
      SELECT * FROM outbox o
      WHERE o.shard = own.shard AND o.published_at IS NULL AND o.parked_at IS NULL AND o.conversation_uuid <> ALL ($3)
      ORDER BY o.position LIMIT $2
    ) AS o`,
};

/**
 * Each of the rows named by `$1` and `$2` that still waits, by one probe of outbox_waiting. Joined plainly, every row
 * that waits is compared with every one named: the planner believes that next to none does, and after an outage they
 * are many thousands.
 */
const NAMED = (columns: string): string => /* sql */ `
  unnest($1::smallint[], $2::bigint[]) AS named(shard, position) CROSS JOIN LATERAL (
    SELECT ${columns} FROM outbox o
    WHERE o.shard = named.shard AND o.position = named.position AND o.published_at IS NULL AND o.parked_at IS NULL
    LIMIT 1
  ) AS waiting`;

/** outbox_waiting. */
const ROWS: Statement = {
  name: 'outbox_events.rows',
  text: /* sql */ `SELECT waiting.* FROM ${NAMED(outboxColumns('o'))}`,
};

/** outbox_waiting. */
const PUBLISHED: Statement = {
  name: 'outbox_events.published',
  text: /* sql */ `
    UPDATE outbox o SET published_at = clock_timestamp()
    FROM ${NAMED('o.ctid')}
    WHERE o.ctid = waiting.ctid`,
};

/** outbox_waiting. */
const PARK: Statement = {
  name: 'outbox_events.park',
  text: /* sql */ `
    UPDATE outbox SET parked_at = clock_timestamp()
    WHERE shard = $1 AND position = $2 AND published_at IS NULL AND parked_at IS NULL`,
};

/**
 * Of the audience of an event those who may still hear it, some seconds after: members, by primary key; of a receipt in
 * a direct conversation not who was blocked since; and who was removed by it.
 */
const STILL_HEARING = /* sql */ `
  CASE WHEN o.audience IS NOT NULL THEN ARRAY(
    SELECT heard.id FROM unnest(o.audience) AS heard(id)
    WHERE (o.event_type = 'ParticipantRemoved' AND o.payload ->> 'userId' = heard.id::text)
      OR (coalesce((
        SELECT upper_inf(p.windows) FROM participants p
        WHERE p.conversation_uuid = o.conversation_uuid AND p.user_uuid = heard.id), false)
      AND NOT (o.event_type IN ('MessageRead', 'MessageDelivered') AND coalesce((
        SELECT c.type = 'direct' FROM conversations c
        JOIN blocks b ON b.tenant_uuid = c.tenant_uuid AND b.blocker_uuid = (o.payload ->> 'userId')::uuid
          AND b.blocked_uuid = heard.id
        WHERE c.conversation_uuid = o.conversation_uuid), false)))
  ) END AS audience`;

/** outbox_by_time. */
const LEFT_BY: Statement = {
  name: 'outbox_events.left_by',
  text: /* sql */ `
    SELECT ${outboxColumns('o', STILL_HEARING)} FROM outbox o
    WHERE o.occurred_at >= $2 AND o.node_uuid = $1 AND o.position > $3
    ORDER BY o.position LIMIT $4`,
};

/** messages and participants primary keys (the conversation is compared so that no other index offers itself). */
const MESSAGES: Statement = {
  name: 'outbox_events.messages',
  text: /* sql */ `
    SELECT ${announcedColumns('m')}
    FROM unnest($1::uuid[], $2::uuid[]) AS wanted(conversation_uuid, message_uuid)
    JOIN messages m ON m.message_uuid = wanted.message_uuid
      AND m.conversation_uuid IS NOT DISTINCT FROM wanted.conversation_uuid
    CROSS JOIN LATERAL (${readersOf('m')}) AS readers`,
};

/** outbox_by_time, oldest first. What another process is at is passed over. */
const DELETE_OLD: Statement = {
  name: 'outbox_events.delete_old',
  text: /* sql */ `
    DELETE FROM outbox WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM outbox
      WHERE occurred_at < now() - make_interval(hours => $1)
        AND (published_at IS NOT NULL OR parked_at IS NOT NULL)
      LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING position`,
};

/** Events on their way from the outbox to whoever is to know of them. */
@Injectable()
export class OutboxEventsRepository {
  /**
   * @param perShard the oldest so many of each shard, in order.
   * @param except conversations whose events have to wait.
   */
  waiting(
    db: Queryable,
    shards: readonly number[],
    perShard: number,
    except: readonly string[],
  ): Promise<WaitingEvent[]> {
    return db.query(WAITING, [shards, perShard, except]);
  }

  /** All of what is kept of them, in no order; nothing of one that another node has published meanwhile. */
  rows(db: Queryable, waiting: readonly WaitingEvent[]): Promise<OutboxRow[]> {
    return db.query(ROWS, addressesOf(waiting));
  }

  async markPublished(db: Queryable, events: readonly WaitingEvent[]): Promise<void> {
    await db.query(PUBLISHED, addressesOf(events));
  }

  /** It waits no more, and what comes after it in its conversation may go. */
  async park(db: Queryable, { shard, position }: WaitingEvent): Promise<void> {
    await db.query(PARK, [shard, position]);
  }

  /** What a node recorded since then, published or not, in order, for those who may hear it now. */
  leftBy(
    db: Queryable,
    nodeId: string,
    since: Date,
    afterPosition: number,
    limit: number,
  ): Promise<OutboxRow[]> {
    return db.query(LEFT_BY, [nodeId, since, afterPosition, limit]);
  }

  /** As they are now, with those who may read them; in no order. */
  messages(db: Queryable, addresses: readonly MessageAddress[]): Promise<AnnouncedMessage[]> {
    return db.query(MESSAGES, [
      addresses.map(({ conversationId }) => conversationId),
      addresses.map(({ messageId }) => messageId),
    ]);
  }

  /** @returns how many of those that waited no more and are older than `hours` were deleted: `limit` at most. */
  async deleteOld(db: Queryable, hours: number, limit: number): Promise<number> {
    return (await db.query(DELETE_OLD, [hours, limit])).length;
  }
}

function addressesOf(events: readonly WaitingEvent[]): [shards: number[], positions: number[]] {
  return [events.map(({ shard }) => shard), events.map(({ position }) => position)];
}
