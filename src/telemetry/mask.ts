import { isUuid, maskUuid } from '../common/uuid';

/** Three dots-and-base64url parts: what a JWT looks like wherever it turns up. */
const TOKENS = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** The last gate before a log line leaves: whoever wrote it, it holds no whole id and no token. */
export function maskLine(line: string): string {
  return maskUuids(line).replace(TOKENS, '[token]');
}

/** Goes from hyphen to hyphen: a pattern that begins with a hex digit begins at every other character of a line. */
function maskUuids(line: string): string {
  let masked = '';
  let done = 0;
  for (let hyphen = line.indexOf('-', 8); hyphen !== -1; hyphen = line.indexOf('-', hyphen + 1)) {
    if (line[hyphen + 5] !== '-' || line[hyphen + 10] !== '-' || line[hyphen + 15] !== '-') continue;
    const [start, end] = [hyphen - 8, hyphen + 28];
    const candidate = line.slice(start, end);
    if (start < done || !isUuid(candidate)) continue;
    masked += line.slice(done, start) + maskUuid(candidate);
    done = end;
    hyphen = end - 1;
  }
  return done === 0 ? line : masked + line.slice(done);
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
