import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { MessagesConfig } from '../../config';
import { Database, type Statement, UnreadableRows } from '../../database';
import { faultInMessage, messageColumns, type MessageRow } from '../../message-view';
import type { Horizon, MessagePosition } from '../sync-token';
import { unknown } from './visible.sql';

/** Whose messages are asked for, and from where on. */
export interface MessagesOf {
  readonly conversationId: string;
  /** The caller has come into view of it: everything they may read is new to them. */
  readonly hasJoined: boolean;
  readonly after?: MessagePosition;
}

export interface ChangedMessage {
  readonly conversationId: string;
  readonly position: MessagePosition;
  /** Undefined where it can not be shown. */
  readonly row: MessageRow | undefined;
}

interface Row extends MessageRow {
  readonly turn: number;
  readonly part: MessagePosition['part'];
  readonly a: number;
  readonly b: number;
  readonly knownSeq: number;
  readonly knownRev: number;
}

const KEPT = (m: string): string => `${m}.message_uuid >= uuid_v7_floor(now() - make_interval(days => $11))`;

/**
 * Commits of a conversation are in the order of its lock, so what a horizon includes of it is all up to some seq and
 * some revision: those of the last message in it (`known`: the leaves' (conversation_uuid, seq) index read backwards
 * over what is new). From there on: what was there before and changed, by the leaves' *_changed index, and the replies
 * that show a line of it, by messages_replies; then what is new, by seq.
 *
 * Each conversation is read when the ones before it have not filled the page, which the LIMIT sees to without a sort:
 * every lookup hangs on the list of conversations, in whose order rows come out. It is checked that they do.
 */
const CHANGED: Statement = {
  name: 'changed_messages.page',
  text: /* sql */ `
    SELECT asked.turn::integer, item.part, item.a, item.b, known.seq AS "knownSeq", known.rev AS "knownRev",
      ${messageColumns('m', 'mine.windows')}
    FROM unnest($3::uuid[], $4::boolean[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
      WITH ORDINALITY AS asked (conversation_uuid, has_joined, part, a, b, known_seq, known_rev, turn)
    CROSS JOIN LATERAL (
      SELECT p.windows FROM participants p
      WHERE p.conversation_uuid = asked.conversation_uuid AND p.user_uuid = $2 AND p.tenant_uuid = $1
        AND upper_inf(p.windows)
      LIMIT 1
    ) AS mine
    CROSS JOIN LATERAL (
      SELECT coalesce(asked.known_seq, max(newest.seq), 0) AS seq, coalesce(asked.known_rev, max(newest.rev), 0) AS rev
      FROM (
        SELECT m.seq, m.rev FROM messages m
        WHERE m.conversation_uuid = asked.conversation_uuid AND ${KEPT('m')}
          AND asked.known_seq IS NULL AND NOT asked.has_joined AND NOT ${unknown('m.stamp', '$10')}
        ORDER BY m.seq DESC LIMIT 1
      ) AS newest
    ) AS known
    CROSS JOIN LATERAL (
      (
        SELECT e.message_uuid, 'changed' AS part, changed.rev AS a, e.reply_seq AS b
        FROM (
          SELECT m.message_uuid, m.rev FROM messages m
          WHERE m.conversation_uuid = asked.conversation_uuid AND ${KEPT('m')}
            AND (m.edited_at IS NOT NULL OR m.deleted_at IS NOT NULL)
            AND m.rev > known.rev AND m.rev >= asked.a AND asked.part = 'changed'
            AND m.seq <= known.seq AND mine.windows @> m.seq AND ${unknown('m.stamp', '$10')}
          ORDER BY m.rev LIMIT $12 + 1
        ) AS changed
        CROSS JOIN LATERAL (
          SELECT changed.message_uuid, 0::bigint AS reply_seq
          UNION ALL
          SELECT m.message_uuid, m.seq FROM messages m
          WHERE m.reply_to_uuid = changed.message_uuid AND m.conversation_uuid = asked.conversation_uuid
            AND ${KEPT('m')} AND m.deleted_at IS NULL AND m.seq <= known.seq AND mine.windows @> m.seq
        ) AS e
        WHERE (changed.rev, e.reply_seq) > (asked.a, asked.b)
        ORDER BY changed.rev, e.reply_seq LIMIT $12
      )
      UNION ALL
      (
        SELECT m.message_uuid, 'new', m.seq, 0
        FROM messages m
        WHERE m.conversation_uuid = asked.conversation_uuid AND ${KEPT('m')}
          AND m.seq > greatest(known.seq, CASE WHEN asked.part = 'new' THEN asked.a END)
          AND m.seq >= lower(mine.windows) AND mine.windows @> m.seq
        ORDER BY m.seq LIMIT $12
      )
    ) AS item
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE message_uuid = item.message_uuid LIMIT 1) AS m
    LIMIT $12`,
};

@Injectable()
export class ChangedMessages {
  constructor(
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly unreadable: UnreadableRows,
  ) {}

  /** Of these conversations, in their order, the messages that are not within `known`; at most `limit`. */
  async page(
    { tenantId, userId }: Actor,
    known: Horizon,
    of: readonly MessagesOf[],
    limit: number,
  ): Promise<ChangedMessage[]> {
    const rows = await this.database.query<Row>(CHANGED, [
      tenantId,
      userId,
      of.map(({ conversationId }) => conversationId),
      of.map(({ hasJoined }) => hasJoined),
      of.map(({ after }) => after?.part ?? 'changed'),
      of.map(({ after }) => after?.a ?? 0),
      of.map(({ after }) => after?.b ?? 0),
      of.map(({ after }) => after?.knownSeq ?? null),
      of.map(({ after }) => after?.knownRev ?? null),
      known.snapshot,
      this.config.retentionDays,
      limit,
    ]);
    mustBeInOrder(rows);
    const readable = new Set(this.unreadable.without('messages', rows, faultInMessage, ({ id }) => id));
    return rows.map((row) => ({
      conversationId: row.conversationId,
      position: { part: row.part, a: row.a, b: row.b, knownSeq: row.knownSeq, knownRev: row.knownRev },
      row: readable.has(row) ? row : undefined,
    }));
  }
}

/** A page cut out of rows in another order would leave some out for ever. */
function mustBeInOrder(rows: readonly Row[]): void {
  const inOrder = rows.every((row, index) => {
    const before = rows[index - 1];
    return before === undefined || isAfter(row, before);
  });
  if (!inOrder) throw new Error('Postgres did not read changed messages in the order of their conversations');
}

function isAfter(row: Row, before: Row): boolean {
  if (row.turn !== before.turn) return row.turn > before.turn;
  if (row.part !== before.part) return row.part === 'new';
  return row.a !== before.a ? row.a > before.a : row.b > before.b;
}
