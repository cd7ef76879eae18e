import { messageColumns } from './message-columns.sql';
import type { MessageRow } from './message-row';

/** A message as all who may read it now are told of it. */
export interface AnnouncedMessage extends MessageRow {
  /** The members who may read it. */
  readonly audience: readonly string[];
}

/**
 * The columns of an `AnnouncedMessage`: what it replies to shows its text only where the whole audience may read that.
 * @param m alias of the `messages` row, joined with `readersOf(m)` as `readers`.
 */
export const announcedColumns = (m: string): string => /* sql */ `
  ${messageColumns(m, 'readers.seen_by_all')}, readers.audience`;

/** Who may read a message now, and which others all of them may read. Participants by primary key. */
export const readersOf = (m: string): string => /* sql */ `
  SELECT coalesce(array_agg(p.user_uuid), '{}') AS audience,
    coalesce(range_intersect_agg(p.windows), '{}') AS seen_by_all
  FROM participants p
  WHERE p.conversation_uuid = ${m}.conversation_uuid AND upper_inf(p.windows) AND p.windows @> ${m}.seq`;
