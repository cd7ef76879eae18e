import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import type { Queryable, Statement, Tx } from '../database';
import type { LastSeenAudience, Privacy, User } from './user';

interface UserRow {
  readonly user_uuid: string;
  readonly tenant_uuid: string;
  readonly created_at: Date;
  readonly read_receipts: boolean;
  readonly last_seen_visibility: LastSeenAudience;
}

/** A user, and from when on their tokens count; null: all of them do. */
export interface UserWithSessions {
  readonly user: User;
  readonly sessionsValidFrom: Date | null;
}

/** users primary key. Reads what is there and writes only what is not, so that looking does not cost a row version. */
const FIND_OR_CREATE: Statement = {
  name: 'users.find_or_create',
  text: /* sql */ `
    WITH present AS (
      SELECT user_uuid, tenant_uuid, created_at, read_receipts, last_seen_visibility, sessions_valid_from
      FROM users WHERE tenant_uuid = $1 AND user_uuid = $2
    ), made AS (
      INSERT INTO users (tenant_uuid, user_uuid)
      SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM present)
      ON CONFLICT DO NOTHING
      RETURNING user_uuid, tenant_uuid, created_at, read_receipts, last_seen_visibility, sessions_valid_from
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

/** users primary key. What is so already is not written. */
const CHANGE_PRIVACY: Statement = {
  name: 'users.change_privacy',
  text: /* sql */ `
    UPDATE users
    SET read_receipts = coalesce($3, read_receipts), last_seen_visibility = coalesce($4, last_seen_visibility)
    WHERE tenant_uuid = $1 AND user_uuid = $2 AND (read_receipts <> $3 OR last_seen_visibility <> $4)
    RETURNING user_uuid, tenant_uuid, created_at, read_receipts, last_seen_visibility`,
};

@Injectable()
export class UsersRepository {
  /** @returns undefined when another process made the row at this very moment; asking again finds it. */
  async findOrCreate(db: Queryable, { tenantId, userId }: Actor): Promise<UserWithSessions | undefined> {
    const [row] = await db.query<UserRow & { readonly sessions_valid_from: Date | null }>(FIND_OR_CREATE, [
      tenantId,
      userId,
    ]);
    return row && { user: toUser(row), sessionsValidFrom: row.sessions_valid_from };
  }

  async ensure(db: Queryable, tenantId: string, userIds: readonly string[]): Promise<void> {
    await db.query(ENSURE, [tenantId, userIds]);
  }

  /** What `change` leaves out stays. @returns undefined when all of it was so already. */
  async changePrivacy(
    tx: Tx,
    { tenantId, userId }: Actor,
    { readReceipts, lastSeen }: Partial<Privacy>,
  ): Promise<User | undefined> {
    const [row] = await tx.query<UserRow>(CHANGE_PRIVACY, [tenantId, userId, readReceipts, lastSeen]);
    return row && toUser(row);
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
