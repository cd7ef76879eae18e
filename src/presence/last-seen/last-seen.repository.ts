import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../../database';
import type { Seen } from './last-seen';

/**
 * users primary key. By the database's clock, and never back. Rows are locked in the order of ids, as everybody does
 * who writes several: two processes may have seen the same people.
 */
const RECORD: Statement = {
  name: 'last_seen.record',
  text: /* sql */ `
    WITH seen AS (
      SELECT tenant_uuid, user_uuid, clock_timestamp() - ago_ms * interval '1 millisecond' AS at
      FROM unnest($1::uuid[], $2::uuid[], $3::double precision[]) AS given(tenant_uuid, user_uuid, ago_ms)
    ), held AS (
      SELECT u.tenant_uuid, u.user_uuid, seen.at
      FROM seen JOIN users u ON u.tenant_uuid = seen.tenant_uuid AND u.user_uuid = seen.user_uuid
      WHERE u.last_seen_at IS NULL OR u.last_seen_at < seen.at
      ORDER BY u.tenant_uuid, u.user_uuid
      FOR NO KEY UPDATE OF u
    )
    UPDATE users u SET last_seen_at = greatest(u.last_seen_at, held.at)
    FROM held WHERE u.tenant_uuid = held.tenant_uuid AND u.user_uuid = held.user_uuid`,
};

@Injectable()
export class LastSeenRepository {
  async record(db: Queryable, seen: readonly Seen[]): Promise<void> {
    await db.query(RECORD, [
      seen.map(({ person }) => person.tenantId),
      seen.map(({ person }) => person.userId),
      seen.map(({ agoMs }) => agoMs),
    ]);
  }
}
