import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../database';

/** nodes primary key. A node that comes to itself again is mourned no more. */
const RENEW: Statement = {
  name: 'nodes.renew',
  text: /* sql */ `
    INSERT INTO nodes (node_uuid, renewed_at, lease_until, publishes)
    VALUES ($1, clock_timestamp(), clock_timestamp() + make_interval(secs => $2), $3)
    ON CONFLICT (node_uuid) DO UPDATE
    SET renewed_at = excluded.renewed_at, lease_until = excluded.lease_until, publishes = excluded.publishes,
      mourner_uuid = NULL, mourned_until = NULL
    RETURNING renewed_at AS "renewedAt"`,
};

/** nodes primary key; there are never many. Each is mourned by one at a time, and by the next if that one dies too. */
const TAKE_DEAD: Statement = {
  name: 'nodes.take_dead',
  text: /* sql */ `
    UPDATE nodes SET mourner_uuid = $1, mourned_until = clock_timestamp() + make_interval(secs => $2)
    WHERE node_uuid IN (
      SELECT node_uuid FROM nodes
      WHERE lease_until < clock_timestamp() AND coalesce(mourned_until < clock_timestamp(), true)
      FOR UPDATE SKIP LOCKED)
    RETURNING node_uuid AS id, renewed_at AS "lastSeen"`,
};

/** nodes primary key. */
const BURY: Statement = {
  name: 'nodes.bury',
  text: /* sql */ `
    DELETE FROM nodes WHERE node_uuid = $1 AND mourner_uuid = $2 AND lease_until < clock_timestamp()`,
};

/** nodes primary key. */
const GONE: Statement = {
  name: 'nodes.gone',
  text: /* sql */ `
    SELECT asked.id FROM unnest($1::uuid[]) AS asked(id)
    WHERE NOT EXISTS (SELECT FROM nodes WHERE node_uuid = asked.id)`,
};

/** nodes primary key. */
const LEAVE: Statement = { name: 'nodes.leave', text: /* sql */ 'DELETE FROM nodes WHERE node_uuid = $1' };

/** A node whose lease has ended. */
export interface DeadNode {
  readonly id: string;
  /** By the clock of Postgres. It may have lived on for as long as a lease. */
  readonly lastSeen: Date;
}

/** The processes that share this database. */
@Injectable()
export class NodesRepository {
  /** @returns when, by the clock of Postgres. */
  async renew(db: Queryable, nodeId: string, leaseSeconds: number, publishes: boolean): Promise<Date> {
    const [row] = await db.query<{ renewedAt: Date }>(RENEW, [nodeId, leaseSeconds, publishes]);
    if (row === undefined) throw new Error('the table "nodes" took no row');
    return row.renewedAt;
  }

  /** Those that nobody mourns yet are this node's to mourn, for so long. */
  async takeDead(db: Queryable, nodeId: string, seconds: number): Promise<DeadNode[]> {
    return db.query(TAKE_DEAD, [nodeId, seconds]);
  }

  /** What it left is seen to. Does nothing if it lives again, or another has taken that over. */
  async bury(db: Queryable, dead: DeadNode, nodeId: string): Promise<void> {
    await db.query(BURY, [dead.id, nodeId]);
  }

  /** @returns those of them of which nothing is known, or nothing any more. */
  async gone(db: Queryable, nodeIds: readonly string[]): Promise<string[]> {
    const rows = await db.query<{ id: string }>(GONE, [nodeIds]);
    return rows.map(({ id }) => id);
  }

  async leave(db: Queryable, nodeId: string): Promise<void> {
    await db.query(LEAVE, [nodeId]);
  }
}
