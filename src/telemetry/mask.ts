import { isUuid, maskUuid } from '../common/uuid';

const UUIDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** Three dots-and-base64url parts: what a JWT looks like wherever it turns up. */
const TOKENS = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** The last gate before a log line leaves: whoever wrote it, it holds no whole id and no token. */
export function maskLine(line: string): string {
  return line.replace(UUIDS, maskUuid).replace(TOKENS, '[token]');
}

/** An id as somebody sent it, for a line of the log: what is no id may be anything, and is not repeated. */
export function loggableId(sent: unknown): string {
  return isUuid(sent) ? sent : 'malformed';
}

/** Should a careless line ever carry one of these, it carries the name only. */
const SECRETS = new Set(['token', 'authorization', 'content', 'secret']);

/**
 * The fields of a line, looked through two deep: themselves where there is nothing to hide, as is the rule. Pino's
 * own redaction took a third of the time of a line.
 */
export function withoutSecrets(fields: object, depth = 1): object {
  const known = fields as Readonly<Record<string, unknown>>;
  let kept: Record<string, unknown> | undefined;
  for (const name of Object.keys(known)) {
    const value = known[name];
    const shown = SECRETS.has(name) ? '[Redacted]' : withoutSecretsWithin(value, depth);
    if (shown !== value) (kept ??= { ...known })[name] = shown;
  }
  return kept ?? fields;
}

/** Errors and arrays are left to whoever writes them out. */
function withoutSecretsWithin(value: unknown, depth: number): unknown {
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && depth > 0 ? withoutSecrets(value, depth - 1) : value;
}
