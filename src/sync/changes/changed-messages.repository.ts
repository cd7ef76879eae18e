import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { MessagesConfig } from '../../config';
import { Database, type Statement, UnreadableRows } from '../../database';
import { faultInMessage, messageColumns, type MessageRow } from '../../message-view';
import type { Horizon, MessagePosition } from '../sync-token';
import { ReadingLanes } from './reading-lanes';
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

interface Query {
  readonly reader: Actor;
  readonly known: Horizon;
  readonly of: readonly MessagesOf[];
  readonly limit: number;
}

interface Row extends MessageRow {
  /** Which query it was found for, from 1. */
  readonly query: number;
  readonly turn: number;
  readonly part: MessagePosition['part'];
  readonly a: number;
  readonly b: number;
  readonly knownSeq: number;
  readonly knownRev: number;
}

const KEPT = (m: string): string => `${m}.message_uuid >= uuid_v7_floor(now() - make_interval(days => $5))`;

/**
 * Commits of a conversation are in the order of its lock, so what a horizon includes of it is all up to some seq and
 * some revision: those of the last message in it (`known`: the leaves' (conversation_uuid, seq) index read backwards
 * over what is new). From there on: what was there before and changed, by the leaves' *_changed index, and the replies
 * that show a line of it, by messages_replies; then what is new, by seq.
 *
 * Each conversation of a query is read when the ones before it have not filled the page, which the LIMIT sees to without
 * a sort: every lookup hangs on the list of conversations, in whose order rows come out. It is checked that they do.
 */
const CHANGED: Statement = {
  name: 'changed_messages.pages',
  text: /* sql */ `
    SELECT query.n::integer AS query, found.*
    FROM unnest($1::uuid[], $2::uuid[], $3::pg_snapshot[], $4::integer[])
      WITH ORDINALITY AS query (tenant_uuid, user_uuid, known, most, n)
    CROSS JOIN LATERAL (
      SELECT asked.turn::integer, item.part, item.a, item.b, known.seq AS "knownSeq", known.rev AS "knownRev",
        ${messageColumns('m', 'mine.windows')}
      FROM (
        SELECT * FROM unnest($6::integer[], $7::uuid[], $8::boolean[], $9::text[], $10::bigint[], $11::bigint[],
          $12::bigint[], $13::bigint[]) WITH ORDINALITY
          AS every (query, conversation_uuid, has_joined, part, a, b, known_seq, known_rev, turn)
        WHERE every.query = query.n
      ) AS asked
      CROSS JOIN LATERAL (
        SELECT p.windows FROM participants p
        WHERE p.conversation_uuid = asked.conversation_uuid AND p.user_uuid = query.user_uuid
          AND p.tenant_uuid = query.tenant_uuid AND upper_inf(p.windows)
        LIMIT 1
      ) AS mine
      CROSS JOIN LATERAL (
        SELECT coalesce(asked.known_seq, max(newest.seq), 0) AS seq,
          coalesce(asked.known_rev, max(newest.rev), 0) AS rev
        FROM (
          SELECT m.seq, m.rev FROM messages m
          WHERE m.conversation_uuid = asked.conversation_uuid AND ${KEPT('m')}
            AND asked.known_seq IS NULL AND NOT asked.has_joined AND NOT ${unknown('m.stamp', 'query.known')}
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
              AND m.seq <= known.seq AND mine.windows @> m.seq AND ${unknown('m.stamp', 'query.known')}
            ORDER BY m.rev LIMIT query.most + 1
          ) AS changed
          CROSS JOIN LATERAL (
            SELECT changed.message_uuid, 0::bigint AS reply_seq
            UNION ALL
            SELECT m.message_uuid, m.seq FROM messages m
            WHERE m.reply_to_uuid = changed.message_uuid AND m.conversation_uuid = asked.conversation_uuid
              AND ${KEPT('m')} AND m.deleted_at IS NULL AND m.seq <= known.seq AND mine.windows @> m.seq
          ) AS e
          WHERE (changed.rev, e.reply_seq) > (asked.a, asked.b)
          ORDER BY changed.rev, e.reply_seq LIMIT query.most
        )
        UNION ALL
        (
          SELECT m.message_uuid, 'new', m.seq, 0
          FROM messages m
          WHERE m.conversation_uuid = asked.conversation_uuid AND ${KEPT('m')}
            AND m.seq > greatest(known.seq, CASE WHEN asked.part = 'new' THEN asked.a END)
            AND m.seq >= lower(mine.windows) AND mine.windows @> m.seq
          ORDER BY m.seq LIMIT query.most
        )
      ) AS item
      CROSS JOIN LATERAL (SELECT * FROM messages WHERE message_uuid = item.message_uuid LIMIT 1) AS m
      LIMIT query.most
    ) AS found`,
};

@Injectable()
export class ChangedMessages {
  private readonly lanes = new ReadingLanes<Query, ChangedMessage[]>((queries) => this.pages(queries));

  constructor(
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly unreadable: UnreadableRows,
  ) {}

  /**
   * Of these conversations, in their order, the messages that are not within `known`; at most `limit`.
   *
   * @throws DependencyUnavailable
   */
  page(reader: Actor, known: Horizon, of: readonly MessagesOf[], limit: number): Promise<ChangedMessage[]> {
    return this.lanes.read({ reader, known, of, limit });
  }

  private async pages(queries: readonly Query[]): Promise<ChangedMessage[][]> {
    const asked = queries.flatMap(({ of }, index) => of.map((one) => ({ ...one, query: index + 1 })));
    const rows = await this.database.query<Row>(CHANGED, [
      queries.map(({ reader }) => reader.tenantId),
      queries.map(({ reader }) => reader.userId),
      queries.map(({ known }) => known.snapshot),
      queries.map(({ limit }) => limit),
      this.config.retentionDays,
      asked.map(({ query }) => query),
      asked.map(({ conversationId }) => conversationId),
      asked.map(({ hasJoined }) => hasJoined),
      asked.map(({ after }) => after?.part ?? 'changed'),
      asked.map(({ after }) => after?.a ?? 0),
      asked.map(({ after }) => after?.b ?? 0),
      asked.map(({ after }) => after?.knownSeq ?? null),
      asked.map(({ after }) => after?.knownRev ?? null),
    ]);
    mustBeInOrder(rows);
    const readable = new Set(this.unreadable.without('messages', rows, faultInMessage, ({ id }) => id));
    const found: ChangedMessage[][] = queries.map(() => []);
    for (const row of rows) found[row.query - 1]?.push(toChangedMessage(row, readable.has(row)));
    return found;
  }
}

function toChangedMessage(row: Row, isReadable: boolean): ChangedMessage {
  const { conversationId, part, a, b, knownSeq, knownRev } = row;
  return {
    conversationId,
    position: { part, a, b, knownSeq, knownRev },
    row: isReadable ? row : undefined,
  };
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
