import type { Statement } from '../../database';

const PAIR = /* sql */ `hashtextextended(concat_ws('/', $1::uuid, $2::uuid, $3::uuid), 0)`;

/**
 * Held to the commit by whoever opens the conversation of two people, who do not hinder each other, and by whoever
 * blocks one of them for the other, alone: while there is no conversation yet, there is no row for them to meet at.
 */
export const LOCK_PAIR_TO_OPEN: Statement = {
  name: 'visibility.lock_pair_to_open',
  text: /* sql */ `SELECT pg_advisory_xact_lock_shared(${PAIR})`,
};

export const LOCK_PAIR_TO_BLOCK: Statement = {
  name: 'visibility.lock_pair_to_block',
  text: /* sql */ `SELECT pg_advisory_xact_lock(${PAIR})`,
};
