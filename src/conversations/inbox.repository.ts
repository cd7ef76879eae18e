import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { MessagesConfig } from '../config';
import type { Queryable, Statement } from '../database';
import type { ConversationRow, ConversationType } from './conversation-row';
import { conversationColumns, VIEWER_COLUMNS } from './conversation-view.sql';
import { ReadableConversations } from './readable-conversations';

/** Where a page ends: the last conversation on it. Activity as Postgres writes it, to the microsecond. */
export interface InboxPosition {
  readonly activity: string;
  readonly conversationId: string;
}

export interface InboxPage {
  readonly rows: readonly ConversationRow[];
  /** Where the next page begins; undefined after the last one. */
  readonly next: InboxPosition | undefined;
}

interface InboxRow extends ConversationRow {
  readonly activity: string;
}

/**
 * index participants_of_user for the caller's conversations, then conversations by primary key; the caller's own
 * rows are sorted, because an index on last_activity would cost every send its HOT update.
 */
const PAGE: Statement = {
  name: 'inbox.page',
  text: /* sql */ `
    WITH page AS MATERIALIZED (
      SELECT ${VIEWER_COLUMNS}
      FROM participants p JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
      WHERE p.tenant_uuid = $1 AND p.user_uuid = $2 AND upper_inf(p.windows)
        AND ($3::text IS NULL OR c.type = $3)
        AND ($4::timestamptz IS NULL OR (c.last_activity, c.conversation_uuid) < ($4, $5::uuid))
      ORDER BY c.last_activity DESC, c.conversation_uuid DESC
      LIMIT $6
    )
    SELECT page.last_activity::text AS activity, ${conversationColumns('$7')}
    FROM page ORDER BY page.last_activity DESC, page.conversation_uuid DESC`,
};

/** participants and conversations primary keys. */
const ONE: Statement = {
  name: 'inbox.one',
  text: /* sql */ `
    WITH page AS MATERIALIZED (
      SELECT ${VIEWER_COLUMNS}
      FROM participants p JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
      WHERE p.conversation_uuid = $1 AND p.user_uuid = $3 AND p.tenant_uuid = $2 AND upper_inf(p.windows)
    )
    SELECT ${conversationColumns('$4')} FROM page`,
};

/** The same keys. What everybody in it may see: the last message only where nobody joined after it. */
const SHARED: Statement = {
  name: 'inbox.shared',
  text: /* sql */ `
    WITH page AS MATERIALIZED (
      SELECT c.*, p.windows, false AS is_muted, 0 AS last_read_seq, '{}'::int8multirange AS unread
      FROM conversations c CROSS JOIN LATERAL (
        SELECT range_intersect_agg(windows) AS windows FROM participants
        WHERE conversation_uuid = c.conversation_uuid AND upper_inf(windows)
      ) AS p
      WHERE c.conversation_uuid = $1
    )
    SELECT ${conversationColumns('$2')} FROM page`,
};

/** Conversations as one of their participants sees them: a whole page is one statement. */
@Injectable()
export class InboxRepository {
  constructor(
    private readonly config: MessagesConfig,
    private readonly readable: ReadableConversations,
  ) {}

  /** Most recent activity first. */
  async page(
    db: Queryable,
    { tenantId, userId }: Actor,
    type: ConversationType | undefined,
    after: InboxPosition | undefined,
    limit: number,
  ): Promise<InboxPage> {
    const rows = await db.query<InboxRow>(PAGE, [
      tenantId,
      userId,
      type,
      after?.activity,
      after?.conversationId,
      limit + 1,
      this.config.retentionDays,
    ]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: this.readable.of(page),
      next:
        rows.length > limit && last !== undefined
          ? { activity: last.activity, conversationId: last.id }
          : undefined,
    };
  }

  /** @returns undefined when there is none, or the actor is not in it. */
  async one(
    db: Queryable,
    { tenantId, userId }: Actor,
    conversationId: string,
  ): Promise<ConversationRow | undefined> {
    const { retentionDays } = this.config;
    const rows = await db.query<ConversationRow>(ONE, [conversationId, tenantId, userId, retentionDays]);
    return this.readable.of(rows)[0];
  }

  /** A conversation as everybody in it sees it alike, for events. It must be there. */
  async shared(db: Queryable, conversationId: string): Promise<ConversationRow> {
    const rows = await db.query<ConversationRow>(SHARED, [conversationId, this.config.retentionDays]);
    const [row] = this.readable.of(rows);
    if (row === undefined) throw new Error('a conversation is not there that is being changed');
    return row;
  }
}
