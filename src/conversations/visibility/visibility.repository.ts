import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Statement, Tx } from '../../database';
import type { DirectPair } from '../conversations.repository';
import { LOCK_PAIR_TO_BLOCK } from './pair.sql';

/** index conversations_direct_pair. */
const LOCK_DIRECT: Statement = {
  name: 'visibility.lock_direct',
  text: /* sql */ `
    SELECT conversation_uuid AS id FROM conversations
    WHERE type = 'direct' AND tenant_uuid = $1 AND direct_low_uuid = $2 AND direct_high_uuid = $3
    FOR NO KEY UPDATE`,
};

/** participants primary key. */
const STAMP_CONVERSATION: Statement = {
  name: 'visibility.stamp_conversation',
  text: /* sql */ 'UPDATE participants SET stamp = pg_current_xact_id() WHERE conversation_uuid = $1',
};

/** index participants_of_user, then conversations primary key; in the order of ids, as everybody locks. */
const LOCK_ALL_OF: Statement = {
  name: 'visibility.lock_all_of',
  text: /* sql */ `
    SELECT FROM conversations c
    WHERE c.conversation_uuid = ANY (ARRAY(
      SELECT p.conversation_uuid FROM participants p
      WHERE p.tenant_uuid = $1 AND p.user_uuid = $2 AND upper_inf(p.windows)))
    ORDER BY c.conversation_uuid FOR NO KEY UPDATE`,
};

/** index participants_of_user. */
const STAMP_ALL_OF: Statement = {
  name: 'visibility.stamp_all_of',
  text: /* sql */ `
    UPDATE participants SET stamp = pg_current_xact_id()
    WHERE tenant_uuid = $1 AND user_uuid = $2 AND upper_inf(windows)`,
};

/**
 * Stamps the rows of participants that look different to others from this transaction on, so that whoever asks what
 * changed is told. Conversations are locked first: what sends holds them while it writes these rows.
 */
@Injectable()
export class VisibilityRepository {
  /** The conversation of two people, locked from here to the commit; where there is none, none can be opened. */
  async stampDirect(tx: Tx, { tenantId, low, high }: DirectPair): Promise<void> {
    await tx.query(LOCK_PAIR_TO_BLOCK, [tenantId, low, high]);
    const [direct] = await tx.query<{ id: string }>(LOCK_DIRECT, [tenantId, low, high]);
    if (direct !== undefined) await tx.query(STAMP_CONVERSATION, [direct.id]);
  }

  /** The person's own row in each of their conversations. */
  async stampAllOf(tx: Tx, { tenantId, userId }: Actor): Promise<void> {
    await tx.query(LOCK_ALL_OF, [tenantId, userId]);
    await tx.query(STAMP_ALL_OF, [tenantId, userId]);
  }
}
