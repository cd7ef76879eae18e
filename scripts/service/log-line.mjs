const WARN = 40;
const NAMES = { 40: 'warning', 50: 'error', 60: 'fatal' };

/**
 * A line of the service's log as a person wants to see it, or null where there is nothing to worry about.
 *
 * @param {string} line
 */
export function worryIn(line) {
  const entry = parse(line);
  if (entry === null) return line; // not from the logger: a crash, or Node itself
  if (entry.level < WARN) return null;
  const reason = entry.err?.message;
  const text = [entry.msg, reason === entry.msg ? undefined : reason].filter(Boolean).join(': ');
  return `${NAMES[entry.level] ?? 'warning'}: ${entry.context ? `[${entry.context}] ` : ''}${text}`;
}

function parse(line) {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.level === 'number' ? entry : null;
  } catch {
    return null;
  }
}
