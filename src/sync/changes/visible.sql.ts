/**
 * Whether a row was written by a transaction that `horizon` does not include: all that is told by its stamp alone, not
 * by a number or time taken before the commit, which a transaction that lasts would be passed over by.
 *
 * @param horizon SQL for a `pg_snapshot`
 */
export const unknown = (stamp: string, horizon: string): string =>
  /* sql */ `NOT pg_visible_in_snapshot(${stamp}, ${horizon})`;
