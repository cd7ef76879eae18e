import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { NIL_UUID } from '../../common/uuid';
import type { Queryable, Statement } from '../../database';
import { type MessageRow, messageColumns } from '../../message-view';

/** A place in what somebody missed: by conversation, then by seq. */
export interface MissedPosition {
  readonly conversationId: string;
  readonly seq: number;
}

/** Whose missed messages are asked for, from where on, and how many at most. */
export interface MissedQuery {
  readonly reader: Actor;
  /** Undefined: from the beginning. */
  readonly after?: MissedPosition;
  readonly limit: number;
}

/** The rows found for one query. */
export interface MissedRows {
  readonly rows: readonly MessageRow[];
  readonly hasMore: boolean;
  /** What the statement saw, as `pg_current_snapshot()` writes it, and when. */
  readonly snapshot: string;
  readonly takenAt: Date;
}

interface FoundRow extends Omit<MessageRow, 'id'> {
  /** Which query it was found for, from 1. */
  readonly query: number;
  /** Null where nothing was found. */
  readonly id: string | null;
  /** How many there are, if they are not more than one too many. */
  readonly found: number;
  readonly snapshot: string;
  readonly takenAt: Date;
}

/** The end of what somebody has: their mark, or what they were told last. */
const HEARD = /* sql */ `
  CASE WHEN p.conversation_uuid = query.after_conversation
    THEN greatest(query.after_seq, p.last_delivered_seq) ELSE p.last_delivered_seq END`;

/**
 * For each query: index participants_of_user and conversations primary key, for those that have something; then the
 * leaves' (conversation_uuid, seq) index from the mark on, within the windows and the retention. At most one message
 * more than is asked for, and only as many as have $7 bytes of text: what is read of many people at once is small.
 */
const PAGES: Statement = {
  name: 'missed_messages.pages',
  text: /* sql */ `
    SELECT query.n::integer AS query, page.*, pg_current_snapshot()::text AS snapshot, now() AS "takenAt"
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::integer[])
      WITH ORDINALITY AS query (tenant_uuid, user_uuid, after_conversation, after_seq, most, n)
    LEFT JOIN LATERAL (
      SELECT * FROM (
        SELECT missed.*, count(*) OVER () AS found, row_number() OVER upwards AS place,
          coalesce(sum(missed.size) OVER (upwards ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM (
          SELECT m.*
          FROM participants p
          JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
          CROSS JOIN LATERAL (
            SELECT ${messageColumns('m', 'p.windows')}, coalesce(octet_length(m.content), 0) AS size
            FROM messages m
            WHERE m.conversation_uuid = p.conversation_uuid AND m.seq > ${HEARD}
              AND m.seq >= lower(p.windows) AND p.windows @> m.seq
              AND m.message_uuid >= uuid_v7_floor(now() - make_interval(days => $6))
            ORDER BY m.seq LIMIT query.most + 1
          ) AS m
          WHERE p.tenant_uuid = query.tenant_uuid AND p.user_uuid = query.user_uuid AND upper_inf(p.windows)
            AND p.conversation_uuid >= query.after_conversation AND c.last_seq > ${HEARD}
          ORDER BY p.conversation_uuid, m.seq LIMIT query.most + 1
        ) AS missed
        WINDOW upwards AS (ORDER BY missed."conversationId", missed.seq)
      ) AS counted
      WHERE counted.place <= query.most AND counted.before < $7
    ) AS page ON true
    ORDER BY query.n, page."conversationId", page.seq`,
};

/** Reads what people have not been told yet, of many of them at once. */
@Injectable()
export class MissedMessagesRepository {
  /**
   * @param bytes of text for each query; a message that begins within them is whole.
   * @returns for each query, in their order: messages by conversation and seq.
   */
  async pages(
    db: Queryable,
    queries: readonly MissedQuery[],
    bytes: number,
    retentionDays: number,
  ): Promise<MissedRows[]> {
    const rows = await db.query<FoundRow>(PAGES, [
      queries.map(({ reader }) => reader.tenantId),
      queries.map(({ reader }) => reader.userId),
      queries.map(({ after }) => after?.conversationId ?? NIL_UUID),
      queries.map(({ after }) => after?.seq ?? 0),
      queries.map(({ limit }) => limit),
      retentionDays,
      bytes,
    ]);
    const found: FoundRow[][] = queries.map(() => []);
    for (const row of rows) found[row.query - 1]?.push(row);
    return found.map(toMissedRows);
  }
}

function toMissedRows(found: readonly FoundRow[]): MissedRows {
  const [first] = found;
  // A query that finds nothing has a row all the same.
  if (first === undefined) throw new Error('a query has no row');
  const { snapshot, takenAt } = first;
  const rows = found.filter((row): row is FoundRow & { id: string } => row.id !== null);
  return { rows, hasMore: first.found > rows.length, snapshot, takenAt };
}
