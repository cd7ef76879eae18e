import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement } from '../../database';
import { unreadCount, unreadSeqs } from '../conversation-view.sql';

/** Somebody in a conversation. */
export interface UnreadPair extends Actor {
  readonly conversationId: string;
}

/** How many messages somebody has not read in a conversation that they are in. */
export interface Unread extends UnreadPair {
  /** At most 1,000, which means "or more". */
  readonly unreadCount: number;
  /**
   * What it was computed from: the conversation's revision plus the reader's mark. Whatever changes the count raises
   * one of them and nothing lowers any, so that of two counts the one with the greater number is the later.
   */
  readonly asOf: number;
}

/** Columns of an `Unread`, for `side` as `SIDE` makes it. */
const COLUMNS = /* sql */ `
  side.tenant_uuid AS "tenantId", side.user_uuid AS "userId", side.conversation_uuid AS "conversationId",
  side.rev + side.last_read_seq AS "asOf", ${unreadCount('side.conversation_uuid', 'side.unread')} AS "unreadCount"`;

const SIDE = /* sql */ `
  SELECT p.tenant_uuid, p.user_uuid, p.conversation_uuid, c.rev, p.last_read_seq,
    ${unreadSeqs('p', 'p.last_read_seq', 'c.last_seq')} AS unread
  FROM participants p JOIN conversations c ON c.conversation_uuid = p.conversation_uuid`;

/**
 * index participants_of_user or participants primary key, conversations primary key, and the leaves' *_uncounted index:
 * for each pair by itself, because a join of lists of unknown length is planned as every one against every other.
 */
const COUNTS: Statement = {
  name: 'unread.counts',
  text: /* sql */ `
    SELECT ${COLUMNS}
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS asked (tenant_uuid, user_uuid, conversation_uuid)
    CROSS JOIN LATERAL (
      ${SIDE}
      WHERE p.conversation_uuid = asked.conversation_uuid AND p.user_uuid = asked.user_uuid
        AND p.tenant_uuid = asked.tenant_uuid AND upper_inf(p.windows)
      LIMIT 1
    ) AS side`,
};

/** index participants_of_user, then as above. */
const CHANGED_SINCE: Statement = {
  name: 'unread.changed_since',
  text: /* sql */ `
    SELECT ${COLUMNS}
    FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant_uuid, user_uuid)
    CROSS JOIN LATERAL (
      ${SIDE}
      WHERE p.tenant_uuid = asked.tenant_uuid AND p.user_uuid = asked.user_uuid AND upper_inf(p.windows)
        AND ($3::xid8 IS NULL OR p.stamp >= $3 OR c.stamp >= $3)
      OFFSET 0
    ) AS side`,
};

/** No table. */
const HORIZON: Statement = {
  name: 'unread.horizon',
  text: /* sql */ `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon`,
};

/** Counts of unread messages, of many people at once. */
@Injectable()
export class UnreadRepository {
  /** @returns none for a pair of whom one is not in the other. */
  counts(db: Queryable, pairs: readonly UnreadPair[]): Promise<Unread[]> {
    return db.query(COUNTS, [
      pairs.map(({ tenantId }) => tenantId),
      pairs.map(({ userId }) => userId),
      pairs.map(({ conversationId }) => conversationId),
    ]);
  }

  /** @param horizon of before; null: of whatever time. */
  changedSince(db: Queryable, people: readonly Actor[], horizon: string | null): Promise<Unread[]> {
    const [tenants, users] = [people.map(({ tenantId }) => tenantId), people.map(({ userId }) => userId)];
    return db.query(CHANGED_SINCE, [tenants, users, horizon]);
  }

  async horizon(db: Queryable): Promise<string> {
    const [row] = await db.query<{ horizon: string }>(HORIZON, []);
    if (row === undefined) throw new Error('Postgres has no snapshot');
    return row.horizon;
  }
}
