import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement } from '../../database';

/** Primary keys of participants, conversations and blocks. Blocks count in direct conversations only, and both ways. */
const LISTENERS: Statement = {
  name: 'listeners.of',
  text: /* sql */ `
    SELECT ARRAY(
      SELECT q.user_uuid FROM participants q
      WHERE q.conversation_uuid = c.conversation_uuid AND q.user_uuid <> p.user_uuid AND upper_inf(q.windows)
        -- no EXISTS: it may be answered by gathering all that one of them has blocked
        AND NOT (c.type = 'direct' AND coalesce((
          SELECT true FROM blocks b
          WHERE b.tenant_uuid = c.tenant_uuid AND b.blocker_uuid = p.user_uuid AND b.blocked_uuid = q.user_uuid
          ), (
          SELECT true FROM blocks b
          WHERE b.tenant_uuid = c.tenant_uuid AND b.blocker_uuid = q.user_uuid AND b.blocked_uuid = p.user_uuid
          ), false))
    ) AS "userIds"
    FROM participants p
    JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
    WHERE p.conversation_uuid = $1 AND p.user_uuid = $3 AND p.tenant_uuid = $2 AND upper_inf(p.windows)`,
};

@Injectable()
export class ListenersRepository {
  /** @returns undefined when the actor is no member of it. */
  async of(db: Queryable, actor: Actor, conversationId: string): Promise<string[] | undefined> {
    const { tenantId, userId } = actor;
    const [row] = await db.query<{ userIds: string[] }>(LISTENERS, [conversationId, tenantId, userId]);
    return row?.userIds;
  }
}
