import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement } from '../../database';

/** Somebody in a conversation, or who was. */
export interface Speaker extends Actor {
  readonly conversationId: string;
}

/** Who may hear them now. */
export interface Hearing {
  readonly isMember: boolean;
  /** The other members; in a direct conversation where one side blocks the other, nobody. */
  readonly listeners: readonly string[];
}

/** Members of conversation `c` other than this one. Blocks count in direct conversations only, and both ways. */
const others = (speaker: string): string => /* sql */ `
    ARRAY(
      SELECT q.user_uuid FROM participants q
      WHERE q.conversation_uuid = c.conversation_uuid AND q.user_uuid <> ${speaker} AND upper_inf(q.windows)
        -- no EXISTS: it may be answered by gathering all that one of them has blocked
        AND NOT (c.type = 'direct' AND coalesce((
          SELECT true FROM blocks b
          WHERE b.tenant_uuid = c.tenant_uuid AND b.blocker_uuid = ${speaker} AND b.blocked_uuid = q.user_uuid
          ), (
          SELECT true FROM blocks b
          WHERE b.tenant_uuid = c.tenant_uuid AND b.blocker_uuid = q.user_uuid AND b.blocked_uuid = ${speaker}
          ), false))
    )`;

/** Primary keys of participants, conversations and blocks. */
const LISTENERS: Statement = {
  name: 'listeners.of',
  text: /* sql */ `
    SELECT ${others('p.user_uuid')} AS "userIds"
    FROM participants p
    JOIN conversations c ON c.conversation_uuid = p.conversation_uuid
    WHERE p.conversation_uuid = $1 AND p.user_uuid = $3 AND p.tenant_uuid = $2 AND upper_inf(p.windows)`,
};

/** The same keys, once for each who is asked for. */
const HEARINGS: Statement = {
  name: 'listeners.hearings',
  text: /* sql */ `
    SELECT asked.number::integer AS number, hearing.*
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY
      AS asked(conversation_uuid, tenant_uuid, user_uuid, number)
    CROSS JOIN LATERAL (
      SELECT ${others('asked.user_uuid')} AS listeners,
        coalesce((
          SELECT upper_inf(p.windows) FROM participants p
          WHERE p.conversation_uuid = c.conversation_uuid AND p.user_uuid = asked.user_uuid), false) AS "isMember"
      FROM conversations c
      WHERE c.conversation_uuid = asked.conversation_uuid AND c.tenant_uuid = asked.tenant_uuid
      OFFSET 0
    ) AS hearing`,
};

const NOBODY: Hearing = { isMember: false, listeners: [] };

@Injectable()
export class ListenersRepository {
  /** @returns undefined when the actor is no member of it. */
  async of(db: Queryable, actor: Actor, conversationId: string): Promise<string[] | undefined> {
    const { tenantId, userId } = actor;
    const [row] = await db.query<{ userIds: string[] }>(LISTENERS, [conversationId, tenantId, userId]);
    return row?.userIds;
  }

  /** @returns in the order of `speakers`. */
  async hearings(db: Queryable, speakers: readonly Speaker[]): Promise<Hearing[]> {
    const rows = await db.query<Hearing & { readonly number: number }>(HEARINGS, [
      speakers.map(({ conversationId }) => conversationId),
      speakers.map(({ tenantId }) => tenantId),
      speakers.map(({ userId }) => userId),
    ]);
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    return speakers.map((_speaker, index) => byNumber.get(index + 1) ?? NOBODY);
  }
}
