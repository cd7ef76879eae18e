import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { hasBlocked } from '../conversations';
import type { Queryable, Statement } from '../database';
import {
  type AnnouncedMessage,
  announcedColumns,
  readersOf,
  type MessageRow,
  messageColumns,
  type OthersProgress,
} from '../message-view';

/** Which part of a history: by seq, at most `limit` messages, of one type if it is given. */
export interface HistoryWindow {
  /** Newest first, from below this seq; and from this many below the newest. */
  readonly before?: number;
  readonly offset?: number;
  /** Oldest first, from above this seq. Excludes the others. */
  readonly after?: number;
  readonly limit: number;
  readonly type?: string;
}

/** What the reader of a conversation may see. No rows: a member, but no such message. */
export interface Reading {
  readonly others: OthersProgress;
  readonly rows: readonly MessageRow[];
}

/** A message in its present state, for somebody who missed how it came to it. */
export interface MissedMessage extends AnnouncedMessage {
  /** The revision missed: that which made the message, or, if it was there before, that of its last change. */
  readonly missedRev: number;
  readonly isNew: boolean;
}

interface ReadRow extends Omit<MessageRow, 'id'>, OthersProgress {
  readonly id: string | null;
}

/**
 * The reader's participant row (its absence is a 404), how far the others have got, and the messages asked for.
 * `participants` by primary key; \`messages\` as the caller says, within the reader's windows and the retention.
 */
function reading(messages: string): string {
  return /* sql */ `
    SELECT coalesce(others.delivered, 0) AS "deliveredSeq", coalesce(others.read, 0) AS "readSeq", m.*
    FROM participants p
    JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
    CROSS JOIN LATERAL (
      SELECT min(CASE WHEN blocks.me THEN 0 ELSE o.last_delivered_seq END) AS delivered,
        min(CASE WHEN u.read_receipts AND NOT blocks.me THEN o.last_read_seq ELSE 0 END) AS read
      FROM participants o JOIN users u ON u.tenant_uuid = o.tenant_uuid AND u.user_uuid = o.user_uuid
      CROSS JOIN LATERAL (SELECT ${hasBlocked('o', 'c')} AS me) AS blocks
      WHERE o.conversation_uuid = p.conversation_uuid AND o.user_uuid <> p.user_uuid AND upper_inf(o.windows)
    ) AS others
    LEFT JOIN LATERAL (${messages}) AS m ON true
    WHERE p.conversation_uuid = $1 AND p.tenant_uuid = $2 AND p.user_uuid = $3 AND upper_inf(p.windows)`;
}

/** The leaves' (conversation_uuid, seq) index, read backwards; partitions past the retention are not touched. */
const NEWEST_FIRST: Statement = {
  name: 'messages.newest_first',
  text: reading(/* sql */ `
    SELECT ${messageColumns('m', 'p.windows')} FROM messages m
    WHERE m.conversation_uuid = p.conversation_uuid
      AND m.seq < least($4::bigint, c.last_seq + 1 - $5::bigint) AND m.seq >= lower(p.windows) AND p.windows @> m.seq
      AND m.message_uuid >= uuid_v7_floor(now() - make_interval(days => $6)) AND ($7::text IS NULL OR m.type = $7)
    ORDER BY m.seq DESC LIMIT $8`),
};

/** The same index, read forwards. */
const OLDEST_FIRST: Statement = {
  name: 'messages.oldest_first',
  text: reading(/* sql */ `
    SELECT ${messageColumns('m', 'p.windows')} FROM messages m
    WHERE m.conversation_uuid = p.conversation_uuid
      AND m.seq > $4::bigint AND m.seq >= lower(p.windows) AND p.windows @> m.seq
      AND m.message_uuid >= uuid_v7_floor(now() - make_interval(days => $5)) AND ($6::text IS NULL OR m.type = $6)
    ORDER BY m.seq LIMIT $7`),
};

/** messages primary key, one partition; the conversation is compared so that no other index offers itself. */
const ONE: Statement = {
  name: 'messages.one',
  text: reading(/* sql */ `
    SELECT ${messageColumns('m', 'p.windows')} FROM messages m
    WHERE m.message_uuid = $4 AND m.conversation_uuid IS NOT DISTINCT FROM p.conversation_uuid
      AND p.windows @> m.seq AND m.sent_at >= now() - make_interval(days => $5)`),
};

const EVERYTHING = `'{(,)}'::int8multirange`;

/** messages and conversations primary keys. For the service, which reads what it wrote. */
const STORED: Statement = {
  name: 'messages.stored',
  text: /* sql */ `
    SELECT ${messageColumns('m', EVERYTHING)}
    FROM messages m JOIN conversations c ON c.conversation_uuid = m.conversation_uuid
    WHERE m.message_uuid = $3 AND m.conversation_uuid IS NOT DISTINCT FROM $2::uuid AND c.tenant_uuid = $1`,
};

/** The leaves' *_idempotency index, then primary keys. */
const BY_KEY: Statement = {
  name: 'messages.by_key',
  text: /* sql */ `
    SELECT m.message_uuid AS id, m.body_hash AS "bodyHash"
    FROM messages m JOIN conversations c ON c.conversation_uuid = m.conversation_uuid
    WHERE m.idempotency_key = idempotency_key($2, $3, $4) AND c.tenant_uuid = $1
      AND ($3::uuid IS NULL OR $3 = c.business_uuid OR EXISTS (
        SELECT FROM participants p
        WHERE p.conversation_uuid = $2 AND p.user_uuid = $3 AND upper_inf(p.windows)))`,
};

/** messages and participants primary keys. */
const READERS: Statement = {
  name: 'messages.readers',
  text: /* sql */ `
    SELECT p.user_uuid AS id
    FROM messages m
    JOIN conversations c ON c.conversation_uuid = m.conversation_uuid
    JOIN participants p ON p.conversation_uuid = m.conversation_uuid
    WHERE m.message_uuid = $3 AND m.conversation_uuid IS NOT DISTINCT FROM $2::uuid AND c.tenant_uuid = $1
      AND upper_inf(p.windows) AND p.windows @> m.seq`,
};

/**
 * What was made: the leaves' (conversation_uuid, seq) index over the newest few. What was there before and changed:
 * their *_changed index. Each then by primary key. Whoever left since is not in the audience.
 */
const BETWEEN_REVISIONS: Statement = {
  name: 'messages.between_revisions',
  text: /* sql */ `
    SELECT missed.rev AS "missedRev", missed.is_new AS "isNew", ${announcedColumns('m')}
    FROM conversations c
    CROSS JOIN LATERAL (
      SELECT made.message_uuid, coalesce(made.created_rev, made.rev) AS rev, true AS is_new
      FROM messages made
      WHERE made.conversation_uuid = c.conversation_uuid AND made.seq > c.last_seq - $5
        AND coalesce(made.created_rev, made.rev) > $3 AND coalesce(made.created_rev, made.rev) < $4
      UNION ALL
      SELECT changed.message_uuid, changed.rev, false
      FROM messages changed
      WHERE changed.conversation_uuid = c.conversation_uuid AND changed.rev > $3 AND changed.rev < $4
        AND (changed.edited_at IS NOT NULL OR changed.deleted_at IS NOT NULL) AND changed.created_rev <= $3
    ) AS missed
    JOIN messages m ON m.message_uuid = missed.message_uuid
    CROSS JOIN LATERAL (${readersOf('m')}) AS readers
    WHERE c.conversation_uuid = $1 AND c.tenant_uuid = $2
    ORDER BY missed.rev`,
};

/** Reads of messages. A method that takes an actor shows nothing that the actor may not read. */
@Injectable()
export class MessagesRepository {
  /** @returns undefined when the actor is not in the conversation. Rows in the order they were read. */
  async history(
    db: Queryable,
    { tenantId, userId }: Actor,
    conversationId: string,
    window: HistoryWindow,
    retentionDays: number,
  ): Promise<Reading | undefined> {
    const reader = [conversationId, tenantId, userId];
    const { before = Number.MAX_SAFE_INTEGER, offset = 0, after, limit, type } = window;
    return after === undefined
      ? toReading(await db.query(NEWEST_FIRST, [...reader, before, offset, retentionDays, type, limit]))
      : toReading(await db.query(OLDEST_FIRST, [...reader, after, retentionDays, type, limit]));
  }

  /** @returns undefined when the actor is not in the conversation; no row when the message is not theirs to read. */
  async one(
    db: Queryable,
    { tenantId, userId }: Actor,
    conversationId: string,
    messageId: string,
    retentionDays: number,
  ): Promise<Reading | undefined> {
    return toReading(await db.query(ONE, [conversationId, tenantId, userId, messageId, retentionDays]));
  }

  /** A message whoever may read it. */
  async stored(
    db: Queryable,
    tenantId: string,
    conversationId: string,
    messageId: string,
  ): Promise<MessageRow | undefined> {
    const [row] = await db.query<MessageRow>(STORED, [tenantId, conversationId, messageId]);
    return row;
  }

  /** What the idempotency key of a member, or of the service (null), stands for. */
  async byKey(
    db: Queryable,
    tenantId: string,
    conversationId: string,
    senderId: string | null,
    key: string,
  ): Promise<{ id: string; bodyHash: Buffer } | undefined> {
    const [row] = await db.query<{ id: string; bodyHash: Buffer }>(BY_KEY, [
      tenantId,
      conversationId,
      senderId,
      key,
    ]);
    return row;
  }

  /** The members who may read a message now. */
  async readersOf(
    db: Queryable,
    tenantId: string,
    conversationId: string,
    messageId: string,
  ): Promise<string[]> {
    const rows = await db.query<{ id: string }>(READERS, [tenantId, conversationId, messageId]);
    return rows.map(({ id }) => id);
  }

  /**
   * Messages made between two revisions, both excluded, if they are among the `newest` of the conversation, and
   * those that were there before and were last changed between them; by the revision missed.
   */
  async betweenRevisions(
    db: Queryable,
    tenantId: string,
    conversationId: string,
    afterRev: number,
    beforeRev: number,
    newest: number,
  ): Promise<MissedMessage[]> {
    return db.query(BETWEEN_REVISIONS, [conversationId, tenantId, afterRev, beforeRev, newest]);
  }
}

function toReading(rows: readonly ReadRow[]): Reading | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    others: { deliveredSeq: first.deliveredSeq, readSeq: first.readSeq },
    rows: rows.filter((row): row is ReadRow & { id: string } => row.id !== null),
  };
}
