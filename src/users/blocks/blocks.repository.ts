import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement, Tx } from '../../database';

/** Where a page ends: the last block on it. The time as Postgres writes it, to the microsecond. */
export interface BlockPosition {
  readonly time: string;
  readonly userId: string;
}

export interface BlockRow extends BlockPosition {
  readonly blockedAt: Date;
}

/** blocks primary key. */
const ADD: Statement = {
  name: 'blocks.add',
  text: /* sql */ `
    INSERT INTO blocks (tenant_uuid, blocker_uuid, blocked_uuid, blocked_at)
    VALUES ($1, $2, $3, clock_timestamp())
    ON CONFLICT DO NOTHING`,
};

/** blocks primary key. */
const REMOVE: Statement = {
  name: 'blocks.remove',
  text: /* sql */ 'DELETE FROM blocks WHERE tenant_uuid = $1 AND blocker_uuid = $2 AND blocked_uuid = $3',
};

/** index blocks_by_time, read backwards. */
const PAGE: Statement = {
  name: 'blocks.page',
  text: /* sql */ `
    SELECT blocked_uuid AS "userId", blocked_at AS "blockedAt", blocked_at::text AS time
    FROM blocks
    WHERE tenant_uuid = $1 AND blocker_uuid = $2 AND (blocked_at, blocked_uuid) <
      (coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY blocked_at DESC, blocked_uuid DESC
    LIMIT $5`,
};

@Injectable()
export class BlocksRepository {
  /** A block that is there already stays as it is. */
  async add(tx: Tx, { tenantId, userId }: Actor, blockedId: string): Promise<void> {
    await tx.query(ADD, [tenantId, userId, blockedId]);
  }

  async remove(tx: Tx, { tenantId, userId }: Actor, blockedId: string): Promise<void> {
    await tx.query(REMOVE, [tenantId, userId, blockedId]);
  }

  /** Newest first. @param limit rows, one more than shown to learn whether there is a next page. */
  async page(
    db: Queryable,
    { tenantId, userId }: Actor,
    after: BlockPosition | undefined,
    limit: number,
  ): Promise<BlockRow[]> {
    return db.query(PAGE, [tenantId, userId, after?.time, after?.userId, limit]);
  }
}
