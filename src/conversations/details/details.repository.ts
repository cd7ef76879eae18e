import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement, Tx } from '../../database';

/** What of a conversation its members may change; null takes it away. */
export interface Details {
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly messageTtlSeconds: number | null;
}

/** conversations primary key */
const READ: Statement = {
  name: 'details.read',
  text: /* sql */ `
    SELECT name, avatar_url AS "avatarUrl", message_ttl_seconds AS "messageTtlSeconds"
    FROM conversations WHERE conversation_uuid = $1`,
};

/** conversations primary key */
const WRITE: Statement = {
  name: 'details.write',
  text: /* sql */ `
    UPDATE conversations SET name = $2, avatar_url = $3, message_ttl_seconds = $4 WHERE conversation_uuid = $1`,
};

/** participants primary key */
const MUTE: Statement = {
  name: 'details.mute',
  text: /* sql */ `
    UPDATE participants SET is_muted = $4, stamp = pg_current_xact_id()
    WHERE conversation_uuid = $1 AND user_uuid = $3 AND tenant_uuid = $2 AND upper_inf(windows)`,
};

@Injectable()
export class DetailsRepository {
  async read(tx: Tx, conversationId: string): Promise<Details> {
    const [row] = await tx.query<Details>(READ, [conversationId]);
    if (row === undefined) throw new Error('a conversation is not there that is being changed');
    return row;
  }

  async write(tx: Tx, conversationId: string, details: Details): Promise<void> {
    await tx.query(WRITE, [conversationId, details.name, details.avatarUrl, details.messageTtlSeconds]);
  }

  /** Nothing happens where the actor is not in the conversation. */
  async mute(
    db: Queryable,
    { tenantId, userId }: Actor,
    conversationId: string,
    isMuted: boolean,
  ): Promise<void> {
    await db.query(MUTE, [conversationId, tenantId, userId, isMuted]);
  }
}
