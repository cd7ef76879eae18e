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

interface HeadRow {
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
 * Walks the caller's conversations by id: index participants_of_user in its order, so that no more are looked at than
 * a page has room for; of each the primary keys of conversations and participants. Index participants_left likewise.
 * Those columns are only made of what is on the page.
 */
const CHANGED: Statement = {
  name: 'changed_conversations.page',
  text: /* sql */ `
    WITH page AS MATERIALIZED (
      SELECT ${VIEWER_COLUMNS}, marks.user_uuids AS marks_of,
        ${unknown('c.stamp', '$3')} OR ${unknown('p.stamp', '$3')} AS is_changed,
        ${unknown('c.stamp', '$3')} OR ${unknown('p.membership_stamp', '$3')} AS has_messages,
        ${unknown('p.membership_stamp', '$3')} AS has_joined
      FROM participants p JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
      CROSS JOIN LATERAL (
        SELECT array_agg(q.user_uuid) AS user_uuids FROM participants q
        WHERE q.conversation_uuid = p.conversation_uuid AND upper_inf(q.windows) AND ${unknown('q.stamp', '$3')}
      ) AS marks
      WHERE p.tenant_uuid = $1 AND p.user_uuid = $2 AND upper_inf(p.windows)
        AND p.conversation_uuid >= $5 AND ($6 OR p.conversation_uuid > $5)
        AND (${unknown('c.stamp', '$3')} OR marks.user_uuids IS NOT NULL)
      ORDER BY p.conversation_uuid LIMIT $7
    ),
    head AS MATERIALIZED (
      SELECT pg_current_snapshot()::text AS snapshot, now() AS "takenAt", cluster.epoch,
        now() - $4::timestamptz < make_interval(days => $8)
          AND pg_snapshot_xmax($3::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) AS "isKept",
        ARRAY(
          SELECT p.conversation_uuid FROM participants p
          WHERE p.tenant_uuid = $1 AND p.user_uuid = $2 AND NOT upper_inf(p.windows)
            AND p.conversation_uuid >= $5 AND ($6 OR p.conversation_uuid > $5)
            AND ${unknown('p.membership_stamp', '$3')}
          ORDER BY p.conversation_uuid LIMIT $7
        ) AS "leftIds"
      FROM cluster
    )
    SELECT head.*, page.is_changed AS "isChanged", page.has_messages AS "hasMessages",
      page.has_joined AS "hasJoined", page.marks_of AS "marksOf", ${conversationColumns('$8')}
    FROM head LEFT JOIN page ON true
    ORDER BY page.conversation_uuid`,
};

@Injectable()
export class ChangedConversations {
  constructor(
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly readable: ReadableConversations,
  ) {}

  /**
   * Where something is not within `known`, at most `limit` conversations.
   *
   * @param from the id to begin with, and whether that one is included.
   */
  async page(
    { tenantId, userId }: Actor,
    known: Horizon,
    from: { readonly id: string; readonly isIncluded: boolean },
    limit: number,
  ): Promise<Changes> {
    const rows = await this.database.query<Row>(CHANGED, [
      tenantId,
      userId,
      known.snapshot,
      new Date(known.takenAt),
      from.id,
      from.isIncluded,
      limit,
      this.config.retentionDays,
    ]);
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
