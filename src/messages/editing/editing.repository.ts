import { Injectable } from '@nestjs/common';
import { type AnnouncedMessage, announcedColumns, readersOf } from '../../message-view';
import type { Actor } from '../../common/actor';
import type { Statement, Tx } from '../../database';
import type { Standing } from './editing.rules';

/**
 * messages and participants primary keys (the conversation is compared so that no other index of messages offers
 * itself). Judged by the clock as it is now: the transaction began before its lock was waited for.
 */
const STANDING: Statement = {
  name: 'editing.standing',
  text: /* sql */ `
    SELECT m.sender_uuid AS "senderId", m.type, m.deleted_at IS NOT NULL AS "isDeleted",
      coalesce(m.expires_at <= clock_timestamp(), false) AS "isExpired",
      clock_timestamp() < m.sent_at + make_interval(secs => $5) AS "isInEditWindow"
    FROM participants p JOIN messages m ON m.conversation_uuid IS NOT DISTINCT FROM p.conversation_uuid
    WHERE p.conversation_uuid = $1 AND p.user_uuid = $2 AND m.message_uuid = $3 AND p.windows @> m.seq
      AND m.sent_at >= now() - make_interval(days => $4)`,
};

/** What was changed, as it is told. */
const announced = (update: string): string => /* sql */ `
  WITH changed AS (${update} RETURNING m.*)
  SELECT ${announcedColumns('m')} FROM changed m CROSS JOIN LATERAL (${readersOf('m')}) AS readers`;

/** Primary keys of messages and participants. */
const EDIT: Statement = {
  name: 'editing.edit',
  text: announced(/* sql */ `
    UPDATE messages m
    SET content = $3, edited_at = clock_timestamp(), rev = $2, created_rev = coalesce(m.created_rev, m.rev),
      stamp = pg_current_xact_id()
    WHERE m.message_uuid = $1`),
};

/** Primary keys of messages and participants. What it said stays in the row, where only an audit reads it. */
const DELETE: Statement = {
  name: 'editing.delete',
  text: announced(/* sql */ `
    UPDATE messages m
    SET deleted_at = clock_timestamp(), rev = $2, created_rev = coalesce(m.created_rev, m.rev),
      stamp = pg_current_xact_id()
    WHERE m.message_uuid = $1`),
};

/** Limits on what can be changed. */
export interface EditLimits {
  readonly retentionDays: number;
  readonly editWindowSeconds: number;
}

/** Changes single messages, in a transaction that holds their conversation. */
@Injectable()
export class EditingRepository {
  /** @returns undefined when the member may read no such message in this conversation. */
  async standing(
    tx: Tx,
    { userId }: Actor,
    conversationId: string,
    messageId: string,
    { retentionDays, editWindowSeconds }: EditLimits,
  ): Promise<Standing | undefined> {
    const values = [conversationId, userId, messageId, retentionDays, editWindowSeconds];
    const [row] = await tx.query<Standing>(STANDING, values);
    return row;
  }

  async edit(tx: Tx, messageId: string, rev: number, content: string): Promise<AnnouncedMessage> {
    return only(await tx.query<AnnouncedMessage>(EDIT, [messageId, rev, content]));
  }

  async delete(tx: Tx, messageId: string, rev: number): Promise<AnnouncedMessage> {
    return only(await tx.query<AnnouncedMessage>(DELETE, [messageId, rev]));
  }
}

function only([row]: readonly AnnouncedMessage[]): AnnouncedMessage {
  if (row === undefined) throw new Error('the message that was to be changed is not there');
  return row;
}
