import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import type { Queryable, Statement, Tx } from '../database';
import { LOCK_PAIR_TO_OPEN } from './visibility/pair.sql';

export interface DirectPair {
  readonly tenantId: string;
  readonly low: string;
  readonly high: string;
}

/** Two people in the one order that both of them have. */
export function directPair(tenantId: string, one: string, other: string): DirectPair {
  return one < other ? { tenantId, low: one, high: other } : { tenantId, low: other, high: one };
}

/** index conversations_direct_pair */
const FIND_DIRECT: Statement = {
  name: 'conversations.find_direct',
  text: /* sql */ `
    SELECT conversation_uuid AS id FROM conversations
    WHERE type = 'direct' AND tenant_uuid = $1 AND direct_low_uuid = $2 AND direct_high_uuid = $3`,
};

/** index conversations_direct_pair decides the race: the loser waits for the winner's commit and inserts nothing. */
const CREATE_DIRECT: Statement = {
  name: 'conversations.create_direct',
  text: /* sql */ `
    INSERT INTO conversations (conversation_uuid, tenant_uuid, type, direct_low_uuid, direct_high_uuid,
      created_by_uuid, created_at, last_activity, changed_at)
    SELECT uuid_v7_at(moment), $1, 'direct', $2, $3, $4, moment, moment, moment FROM clock_timestamp() AS moment
    ON CONFLICT (tenant_uuid, direct_low_uuid, direct_high_uuid) WHERE type = 'direct' DO NOTHING
    RETURNING conversation_uuid AS id`,
};

const ADD_FOUNDERS: Statement = {
  name: 'conversations.add_founders',
  text: /* sql */ `
    INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
    SELECT c.conversation_uuid, c.tenant_uuid, founder, 'member', '{[1,)}', c.created_at
    FROM conversations c, unnest($2::uuid[]) AS founder
    WHERE c.conversation_uuid = $1`,
};

/** blocks primary key. */
const IS_BLOCKED_BY: Statement = {
  name: 'conversations.is_blocked_by',
  text: /* sql */ 'SELECT FROM blocks WHERE tenant_uuid = $1 AND blocked_uuid = $2 AND blocker_uuid = $3',
};

/** What changes conversations and who is in them. */
@Injectable()
export class ConversationsRepository {
  async findDirect(db: Queryable, { tenantId, low, high }: DirectPair): Promise<string | undefined> {
    const [row] = await db.query<{ id: string }>(FIND_DIRECT, [tenantId, low, high]);
    return row?.id;
  }

  /** From here to the commit neither of them blocks the other. */
  async lockPairToOpen(tx: Tx, { tenantId, low, high }: DirectPair): Promise<void> {
    await tx.query(LOCK_PAIR_TO_OPEN, [tenantId, low, high]);
  }

  /** Whether the actor is blocked by this person. */
  async isBlockedBy(db: Queryable, { tenantId, userId }: Actor, blockerId: string): Promise<boolean> {
    return (await db.query(IS_BLOCKED_BY, [tenantId, userId, blockerId])).length > 0;
  }

  /** @returns undefined when the pair has a conversation already, be it since a moment ago. */
  async createDirect(
    tx: Tx,
    { tenantId, low, high }: DirectPair,
    createdBy: string,
  ): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(CREATE_DIRECT, [tenantId, low, high, createdBy]);
    if (row === undefined) return undefined;
    await tx.query(ADD_FOUNDERS, [row.id, [low, high]]);
    return row.id;
  }
}
