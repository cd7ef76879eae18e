import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../database';
import type { User } from './user';

interface UserRow {
  readonly user_uuid: string;
  readonly tenant_uuid: string;
  readonly created_at: Date;
  readonly read_receipts: boolean;
  readonly last_seen_visibility: 'everyone' | 'nobody';
}

/** users primary key. Reads what is there and writes only what is not, so that looking does not cost a row version. */
const FIND_OR_CREATE: Statement = {
  name: 'users.find_or_create',
  text: /* sql */ `
    WITH present AS (
      SELECT user_uuid, tenant_uuid, created_at, read_receipts, last_seen_visibility
      FROM users WHERE tenant_uuid = $1 AND user_uuid = $2
    ), made AS (
      INSERT INTO users (tenant_uuid, user_uuid)
      SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM present)
      ON CONFLICT DO NOTHING
      RETURNING user_uuid, tenant_uuid, created_at, read_receipts, last_seen_visibility
    )
    SELECT * FROM present UNION ALL SELECT * FROM made`,
};

/** Sorted, so that two of these at once can not wait for each other in a circle. */
const ENSURE: Statement = {
  name: 'users.ensure',
  text: /* sql */ `
    INSERT INTO users (tenant_uuid, user_uuid)
    SELECT $1, id FROM unnest($2::uuid[]) AS id ORDER BY id
    ON CONFLICT DO NOTHING`,
};

@Injectable()
export class UsersRepository {
  /** @returns undefined when another process made the row at this very moment; asking again finds it. */
  async findOrCreate(db: Queryable, tenantId: string, userId: string): Promise<User | undefined> {
    const [row] = await db.query<UserRow>(FIND_OR_CREATE, [tenantId, userId]);
    return row && toUser(row);
  }

  async ensure(db: Queryable, tenantId: string, userIds: readonly string[]): Promise<void> {
    await db.query(ENSURE, [tenantId, userIds]);
  }
}

function toUser(row: UserRow): User {
  return {
    id: row.user_uuid,
    tenantId: row.tenant_uuid,
    createdAt: row.created_at,
    privacy: { readReceipts: row.read_receipts, lastSeen: row.last_seen_visibility },
  };
}
