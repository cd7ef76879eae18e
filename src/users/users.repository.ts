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

interface SessionsRow extends UserRow {
  readonly sessions_valid_from: Date | null;
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

/** users primary key. */
const FIND_ALL: Statement = {
  name: 'users.find_all',
  text: /* sql */ `
    SELECT u.user_uuid, u.tenant_uuid, u.created_at, u.read_receipts, u.last_seen_visibility, u.sessions_valid_from
    FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant_uuid, user_uuid)
    JOIN users u ON u.tenant_uuid = asked.tenant_uuid AND u.user_uuid = asked.user_uuid`,
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
    const [row] = await db.query<SessionsRow>(FIND_OR_CREATE, [tenantId, userId]);
    return row && toUserWithSessions(row);
  }

  /** Many at once, in the order they were asked for. @returns undefined for who has no row. */
  async findAll(db: Queryable, people: readonly Actor[]): Promise<(UserWithSessions | undefined)[]> {
    const rows = await db.query<SessionsRow>(FIND_ALL, [
      people.map(({ tenantId }) => tenantId),
      people.map(({ userId }) => userId),
    ]);
    const found = new Map(
      rows.map((row) => [`${row.tenant_uuid} ${row.user_uuid}`, toUserWithSessions(row)]),
    );
    return people.map(({ tenantId, userId }) => found.get(`${tenantId} ${userId}`));
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

function toUserWithSessions(row: SessionsRow): UserWithSessions {
  return { user: toUser(row), sessionsValidFrom: row.sessions_valid_from };
}

function toUser(row: UserRow): User {
  return {
    id: row.user_uuid,
    tenantId: row.tenant_uuid,
    createdAt: row.created_at,
    privacy: { readReceipts: row.read_receipts, lastSeen: row.last_seen_visibility },
  };
}
