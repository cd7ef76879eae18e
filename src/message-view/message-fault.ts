import { isShallowObject } from '../common/validation';
import type { MessageRow } from './message-row';

/**
 * What makes a stored message one that no client could be shown, if anything does: the column to blame. Nothing here
 * writes such a one, but rows have other ways into a database.
 */
export function faultInMessage(row: MessageRow): string | undefined {
  if (!isCount(row.seq)) return 'seq';
  if (!isCount(row.rev)) return 'rev';
  for (const column of ['sentAt', 'editedAt', 'deletedAt', 'expiresAt'] as const)
    if (!isTime(row[column])) return column;
  for (const column of ['payload', 'metadata'] as const)
    if (row[column] !== null && !isShallowObject(row[column])) return column;
  return undefined;
}

/** Whether it is one that JavaScript has, too: Postgres knows infinity, and years long after ours end. */
export function isTime(value: Date | string | null): boolean {
  return value === null || Number.isFinite(new Date(value).getTime());
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
