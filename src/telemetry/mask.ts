import { maskUuid } from '../common/uuid';

const UUIDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** Three dots-and-base64url parts: what a JWT looks like wherever it turns up. */
const TOKENS = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** The last gate before a log line leaves: whoever wrote it, it holds no whole id and no token. */
export function maskLine(line: string): string {
  return line.replace(UUIDS, maskUuid).replace(TOKENS, '[token]');
}
