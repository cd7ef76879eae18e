import { Injectable } from '@nestjs/common';
import type { Statement, Tx } from '../../database';
import type { ParticipantRole } from '../conversation-row';

/**
 * participants and conversations primary keys. They read from the next message on; what was before counts as read
 * and delivered, so that nobody waits for it.
 */
const JOIN: Statement = {
  name: 'participants.join',
  text: /* sql */ `
    INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at, last_read_seq,
      last_delivered_seq)
    SELECT c.conversation_uuid, c.tenant_uuid, $2, $3, int8multirange(int8range(c.last_seq + 1, NULL)),
      clock_timestamp(), c.last_seq, c.last_seq
    FROM conversations c WHERE c.conversation_uuid = $1
    ON CONFLICT (conversation_uuid, user_uuid) DO UPDATE
    SET role = excluded.role, windows = participants.windows + excluded.windows, joined_at = excluded.joined_at,
      last_read_seq = excluded.last_read_seq, last_delivered_seq = excluded.last_delivered_seq,
      is_muted = false, stamp = pg_current_xact_id(), membership_stamp = pg_current_xact_id()`,
};

/** participants and conversations primary keys. The row stays, for what they may still be asked of their time here. */
const LEAVE: Statement = {
  name: 'participants.leave',
  text: /* sql */ `
    UPDATE participants p
    SET windows = p.windows * int8multirange(int8range(1, c.last_seq + 1)), stamp = pg_current_xact_id(),
      membership_stamp = pg_current_xact_id()
    FROM conversations c
    WHERE c.conversation_uuid = $1 AND p.conversation_uuid = $1 AND p.user_uuid = $2`,
};

/** participants primary key */
const SET_ROLE: Statement = {
  name: 'participants.set_role',
  text: /* sql */ `
    UPDATE participants SET role = $3, stamp = pg_current_xact_id()
    WHERE conversation_uuid = $1 AND user_uuid = $2`,
};

/** Who is in a conversation. Only called while it is locked. */
@Injectable()
export class ParticipantsRepository {
  async join(tx: Tx, conversationId: string, userId: string, role: ParticipantRole): Promise<void> {
    await tx.query(JOIN, [conversationId, userId, role]);
  }

  async leave(tx: Tx, conversationId: string, userId: string): Promise<void> {
    await tx.query(LEAVE, [conversationId, userId]);
  }

  async setRole(tx: Tx, conversationId: string, userId: string, role: ParticipantRole): Promise<void> {
    await tx.query(SET_ROLE, [conversationId, userId, role]);
  }
}
