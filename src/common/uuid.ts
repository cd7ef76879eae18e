const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The tenant of everybody whose token names none. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** True for the canonical 8-4-4-4-12 text form of any version, in either case. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && UUID.test(value);
}

/** Shows enough of an id to follow it through a log, not enough to use it: `…1a2b`. */
export function maskUuid(uuid: string): string {
  return `…${uuid.slice(-4)}`;
}
