import type { Statement } from '../../database';

/**
 * Held to the commit by whoever opens the conversation of two people, and by whoever blocks one of them for the
 * other: while there is no conversation yet, there is no row for them to meet at.
 */
export const LOCK_PAIR: Statement = {
  name: 'visibility.lock_pair',
  text: /* sql */ `SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('/', $1::uuid, $2::uuid, $3::uuid), 0))`,
};
