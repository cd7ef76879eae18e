import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../../database';

const MONTHS_AHEAD = 1;

const ENSURE: Statement = {
  name: 'message_partitions.ensure',
  text: /* sql */ 'SELECT ensure_message_partitions($1) AS made',
};

/** The catalogue's few rows about partitions; the upper bound is read from the name, which is the month's. */
const DAYS_AHEAD: Statement = {
  name: 'message_partitions.days_ahead',
  text: /* sql */ `
    SELECT extract(epoch FROM
      to_date(right(max(c.relname), 7), 'YYYY_MM') + interval '1 month' - now() AT TIME ZONE 'UTC')::float8 / 86400 AS days
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'messages'::regclass`,
};

/** The monthly tables that messages are kept in. A message whose month has none could not be stored. */
@Injectable()
export class MessagePartitions {
  /** Makes those of this month and the next. @returns how many were missing. */
  async ensure(db: Queryable): Promise<number> {
    const [row] = await db.query<{ made: number }>(ENSURE, [MONTHS_AHEAD]);
    return row?.made ?? 0;
  }

  /** For how many days from now on messages have somewhere to go. */
  async daysAhead(db: Queryable): Promise<number> {
    const [row] = await db.query<{ days: number | null }>(DAYS_AHEAD, []);
    return row?.days ?? 0;
  }
}
