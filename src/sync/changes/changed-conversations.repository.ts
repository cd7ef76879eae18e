import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { MessagesConfig } from '../../config';
import {
  type ConversationRow,
  conversationColumns,
  ReadableConversations,
  VIEWER_COLUMNS,
} from '../../conversations';
import { Database, type Statement } from '../../database';
import { type Horizon, horizonOf } from '../sync-token';
import { ReadingLanes } from './reading-lanes';
import { unknown } from './visible.sql';

/** A conversation in which something changed, or that the caller has left. */
export type ChangedConversation =
  | { readonly id: string; readonly hasLeft: true }
  | {
      readonly id: string;
      readonly hasLeft: false;
      /** As the caller sees it; undefined where it can not be shown. */
      readonly row: ConversationRow | undefined;
      /** Whether more changed than how far others have got. */
      readonly isChanged: boolean;
      /** Whether messages may have changed. */
      readonly hasMessages: boolean;
      /** Whether the caller came, and knows nothing of what was said. */
      readonly hasJoined: boolean;
      /** Participants whose marks moved, or may be seen differently. */
      readonly marksOf: readonly string[];
    };

/** What there is to tell at one moment. */
export interface Changes {
  readonly now: Horizon;
  /** Names this incarnation of the data. */
  readonly epoch: string;
  /** Whether the horizon asked for can be answered from: not past the retention, nor ahead of this database. */
  readonly isKept: boolean;
  /** By id. */
  readonly conversations: readonly ChangedConversation[];
}

/** Whose conversations are asked for, and from where on. */
interface Query {
  readonly reader: Actor;
  readonly known: Horizon;
  /** The id to begin with, and whether that one is included. */
  readonly from: { readonly id: string; readonly isIncluded: boolean };
  readonly limit: number;
}

interface HeadRow {
  /** Which query it was found for, from 1. */
  readonly query: number;
  readonly snapshot: string;
  readonly takenAt: Date;
  readonly epoch: string;
  readonly isKept: boolean;
  readonly leftIds: readonly string[];
}

type Row = HeadRow & ((ConversationRow & Flags) | { readonly id: null });

interface Flags {
  readonly isChanged: boolean;
  readonly hasMessages: boolean;
  readonly hasJoined: boolean;
  readonly marksOf: readonly string[] | null;
}

/**
 * For each query: walks the caller's conversations by id, index participants_of_user in its order, so that no more are
 * looked at than a page has room for; of each the primary keys of conversations and participants. Index
 * participants_left likewise. Those columns are only made of what is on the page.
 */
const CHANGED: Statement = {
  name: 'changed_conversations.pages',
  text: /* sql */ `
    SELECT query.n::integer AS query, head.*, page.is_changed AS "isChanged", page.has_messages AS "hasMessages",
      page.has_joined AS "hasJoined", page.marks_of AS "marksOf", ${conversationColumns('$8')}
    FROM unnest($1::uuid[], $2::uuid[], $3::pg_snapshot[], $4::timestamptz[], $5::uuid[], $6::boolean[], $7::integer[])
      WITH ORDINALITY AS query (tenant_uuid, user_uuid, known, taken_at, from_uuid, with_from, most, n)
    CROSS JOIN LATERAL (
      SELECT pg_current_snapshot()::text AS snapshot, now() AS "takenAt", cluster.epoch,
        now() - query.taken_at < make_interval(days => $8)
          AND pg_snapshot_xmax(query.known) <= pg_snapshot_xmax(pg_current_snapshot()) AS "isKept",
        ARRAY(
          SELECT p.conversation_uuid FROM participants p
          WHERE p.tenant_uuid = query.tenant_uuid AND p.user_uuid = query.user_uuid AND NOT upper_inf(p.windows)
            AND p.conversation_uuid >= query.from_uuid AND (query.with_from OR p.conversation_uuid > query.from_uuid)
            AND ${unknown('p.membership_stamp', 'query.known')}
          ORDER BY p.conversation_uuid LIMIT query.most
        ) AS "leftIds"
      FROM cluster
    ) AS head
    LEFT JOIN LATERAL (
      SELECT ${VIEWER_COLUMNS}, marks.user_uuids AS marks_of,
        ${unknown('c.stamp', 'query.known')} OR ${unknown('p.stamp', 'query.known')} AS is_changed,
        ${unknown('c.stamp', 'query.known')} OR ${unknown('p.membership_stamp', 'query.known')} AS has_messages,
        ${unknown('p.membership_stamp', 'query.known')} AS has_joined
      FROM participants p JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
      CROSS JOIN LATERAL (
        SELECT array_agg(q.user_uuid) AS user_uuids FROM participants q
        WHERE q.conversation_uuid = p.conversation_uuid AND upper_inf(q.windows)
          AND ${unknown('q.stamp', 'query.known')}
      ) AS marks
      WHERE p.tenant_uuid = query.tenant_uuid AND p.user_uuid = query.user_uuid AND upper_inf(p.windows)
        AND p.conversation_uuid >= query.from_uuid AND (query.with_from OR p.conversation_uuid > query.from_uuid)
        AND (${unknown('c.stamp', 'query.known')} OR marks.user_uuids IS NOT NULL)
      ORDER BY p.conversation_uuid LIMIT query.most
    ) AS page ON true
    ORDER BY query.n, page.conversation_uuid`,
};

@Injectable()
export class ChangedConversations {
  private readonly lanes = new ReadingLanes<Query, Changes>((queries) => this.pages(queries));

  constructor(
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly readable: ReadableConversations,
  ) {}

  /**
   * Where something is not within `known`, at most `limit` conversations.
   *
   * @param from the id to begin with, and whether that one is included.
   * @throws DependencyUnavailable
   */
  page(reader: Actor, known: Horizon, from: Query['from'], limit: number): Promise<Changes> {
    return this.lanes.read({ reader, known, from, limit });
  }

  private async pages(queries: readonly Query[]): Promise<Changes[]> {
    const rows = await this.database.query<Row>(CHANGED, [
      queries.map(({ reader }) => reader.tenantId),
      queries.map(({ reader }) => reader.userId),
      queries.map(({ known }) => known.snapshot),
      queries.map(({ known }) => new Date(known.takenAt)),
      queries.map(({ from }) => from.id),
      queries.map(({ from }) => from.isIncluded),
      queries.map(({ limit }) => limit),
      this.config.retentionDays,
    ]);
    const found: Row[][] = queries.map(() => []);
    for (const row of rows) found[row.query - 1]?.push(row);
    return queries.map(({ limit }, index) => this.toChanges(found[index] ?? [], limit));
  }

  private toChanges(rows: readonly Row[], limit: number): Changes {
    const [head] = rows;
    if (head === undefined) throw new Error('the table "cluster" has lost its row');
    const { snapshot, takenAt, epoch, isKept, leftIds } = head;
    const left = leftIds.map((id) => ({ id, hasLeft: true as const }));
    const conversations = [...left, ...this.present(rows)].sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      now: horizonOf(snapshot, takenAt),
      epoch,
      isKept,
      conversations: conversations.slice(0, limit),
    };
  }

  private present(rows: readonly Row[]): ChangedConversation[] {
    const found = rows.filter((row) => row.id !== null);
    const readable = new Map(this.readable.of(found).map((row) => [row.id, row]));
    return found.map(({ id, isChanged, hasMessages, hasJoined, marksOf }) => ({
      id,
      hasLeft: false,
      row: readable.get(id),
      isChanged,
      hasMessages,
      hasJoined,
      marksOf: marksOf ?? [],
    }));
  }
}
