import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../../database';

/** Whether the one may see of the other whether they are there. Both are of one tenant. */
export interface Look {
  readonly tenantId: string;
  readonly viewerId: string;
  readonly personId: string;
}

interface VisibleRow {
  /** Of the look, from 1. */
  readonly number: number;
  readonly lastSeenAt: Date | null;
}

/**
 * Primary keys of users and blocks, and index participants_of_user. People see each other while both
 * are in one conversation, as long as the one does not hide from everybody, and has not blocked the other.
 */
const VISIBLE: Statement = {
  name: 'visible_presence.visible',
  text: /* sql */ `
    SELECT look.number::integer AS number, u.last_seen_at AS "lastSeenAt"
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS look(tenant_uuid, viewer_uuid, person_uuid, number)
    JOIN users u ON u.tenant_uuid = look.tenant_uuid AND u.user_uuid = look.person_uuid
    WHERE u.last_seen_visibility = 'everyone'
      -- no EXISTS: it may be answered for all looks at once, by gathering what has nothing to do with any of them
      AND coalesce((
        SELECT true FROM participants p
        JOIN participants v ON v.conversation_uuid = p.conversation_uuid AND v.tenant_uuid = look.tenant_uuid
          AND v.user_uuid = look.viewer_uuid AND upper_inf(v.windows)
        WHERE p.tenant_uuid = look.tenant_uuid AND p.user_uuid = look.person_uuid AND upper_inf(p.windows)
        LIMIT 1), false)
      AND NOT coalesce((
        SELECT true FROM blocks b
        WHERE b.tenant_uuid = look.tenant_uuid AND b.blocker_uuid = look.person_uuid
          AND b.blocked_uuid = look.viewer_uuid), false)`,
};

@Injectable()
export class VisiblePresenceRepository {
  /** @returns by the looks that are allowed, when that person was last seen; null: never yet. */
  async visible(db: Queryable, looks: readonly Look[]): Promise<Map<Look, Date | null>> {
    const rows = await db.query<VisibleRow>(VISIBLE, [
      looks.map(({ tenantId }) => tenantId),
      looks.map(({ viewerId }) => viewerId),
      looks.map(({ personId }) => personId),
    ]);
    const seen = new Map<Look, Date | null>();
    for (const { number, lastSeenAt } of rows) {
      const look = looks[number - 1];
      if (look !== undefined) seen.set(look, lastSeenAt);
    }
    return seen;
  }
}
