import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../../database';

/**
 * nodes and outbox_shards, some twenty rows. Nodes share the shards evenly: who has more than a share gives some up,
 * who has less takes what nobody has, or whose owner's lease has ended.
 */
const SETTLE: Statement = {
  name: 'outbox_shards.settle',
  text: /* sql */ `
    WITH living AS MATERIALIZED (
      SELECT node_uuid, publishes FROM nodes WHERE lease_until > clock_timestamp()
    ), share AS MATERIALIZED (
      SELECT CASE WHEN bool_or(node_uuid = $1) THEN ceil(16.0 / count(*))::integer ELSE 0 END AS size
      FROM living WHERE publishes
    ), mine AS MATERIALIZED (
      SELECT shard, row_number() OVER (ORDER BY shard) > share.size AS is_too_many
      FROM outbox_shards, share WHERE owner_uuid = $1
    ), given AS (
      UPDATE outbox_shards s SET owner_uuid = NULL FROM mine WHERE s.shard = mine.shard AND mine.is_too_many
    ), free AS MATERIALIZED (
      SELECT shard FROM outbox_shards
      WHERE owner_uuid IS NULL OR owner_uuid NOT IN (SELECT node_uuid FROM living)
      ORDER BY shard LIMIT (SELECT greatest(0, share.size - (SELECT count(*) FROM mine)) FROM share)
      FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE outbox_shards s SET owner_uuid = $1 FROM free WHERE s.shard = free.shard RETURNING s.shard
    )
    SELECT shard FROM mine WHERE NOT is_too_many UNION ALL SELECT shard FROM taken ORDER BY shard`,
};

/** Who publishes which part of the outbox. */
@Injectable()
export class OutboxShardsRepository {
  /** @returns the shards that are this node's from now on, for as long as it holds its lease. */
  async settle(db: Queryable, nodeId: string): Promise<number[]> {
    const rows = await db.query<{ shard: number }>(SETTLE, [nodeId]);
    return rows.map(({ shard }) => shard);
  }
}
