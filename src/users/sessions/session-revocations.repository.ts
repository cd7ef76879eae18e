import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement } from '../../database';

/** Tokens of this person that were issued before `validFrom` are refused. */
export interface Revocation {
  readonly person: Actor;
  readonly validFrom: Date;
}

/** What was decided of late, and the database's time at which this was read. */
export interface RecentRevocations {
  readonly asOf: Date;
  readonly revocations: readonly Revocation[];
}

interface RecentRow {
  readonly asOf: Date;
  readonly tenantId: string;
  /** Null in the one row there is when nothing was decided. */
  readonly userId: string | null;
  readonly validFrom: Date;
}

/**
 * users primary key. Nothing moves back, neither when another revocation came later nor when the clock did. When it
 * was decided is read after a wait for the row, so that it is close to the commit. Whole milliseconds, as tokens are
 * compared.
 */
const REVOKE: Statement = {
  name: 'session_revocations.revoke',
  text: /* sql */ `
    INSERT INTO users (tenant_uuid, user_uuid, sessions_valid_from, sessions_revoked_at)
    SELECT $1, $2, before, clock_timestamp()
    FROM (SELECT coalesce($3::timestamptz, date_trunc('milliseconds', now())) AS before) AS asked
    WHERE before <= now() + $4 * interval '1 second'
    ON CONFLICT (tenant_uuid, user_uuid) DO UPDATE
    SET sessions_valid_from = greatest(users.sessions_valid_from, excluded.sessions_valid_from),
      sessions_revoked_at = greatest(users.sessions_revoked_at, clock_timestamp())
    RETURNING sessions_valid_from AS "validFrom"`,
};

/** index users_revoked. From $2 milliseconds before $1, or before now where the clock was set back since. */
const DECIDED_SINCE: Statement = {
  name: 'session_revocations.decided_since',
  text: /* sql */ `
    SELECT asked.at AS "asOf", u.tenant_uuid AS "tenantId", u.user_uuid AS "userId",
      u.sessions_valid_from AS "validFrom"
    FROM (SELECT now() AS at) AS asked
    LEFT JOIN users u
      ON u.sessions_revoked_at > least($1::timestamptz, now()) - $2::double precision * interval '1 millisecond'`,
};

@Injectable()
export class SessionRevocationsRepository {
  /**
   * Makes the row of somebody who was never here.
   *
   * @param before null: now. @param leewaySeconds how far `before` may lie ahead of the database's clock.
   * @returns from when on their tokens count; undefined, nothing being changed, when `before` lies further ahead.
   */
  async revoke(
    db: Queryable,
    { tenantId, userId }: Actor,
    before: Date | null,
    leewaySeconds: number,
  ): Promise<Date | undefined> {
    const values = [tenantId, userId, before, leewaySeconds];
    const [row] = await db.query<{ validFrom: Date }>(REVOKE, values);
    return row?.validFrom;
  }

  /** @param since a time by the database's clock; null: its present one. @param overlapMs how far before that. */
  async decidedSince(db: Queryable, since: Date | null, overlapMs: number): Promise<RecentRevocations> {
    const rows = await db.query<RecentRow>(DECIDED_SINCE, [since, overlapMs]);
    const [first] = rows;
    if (first === undefined) throw new Error('the database did not say what time it is');
    return {
      asOf: first.asOf,
      revocations: rows.flatMap(({ tenantId, userId, validFrom }) =>
        userId === null ? [] : { person: { tenantId, userId }, validFrom },
      ),
    };
  }
}
