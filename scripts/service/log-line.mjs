const WORRYING = ['warn', 'error', 'fatal'];

/**
 * A line of the service's log as a person wants to see it, or null where there is nothing to worry about.
 *
 * @param {string} line
 */
export function worryIn(line) {
  const entry = parse(line);
  if (entry === null) return line; // not from the logger: a crash, or Node itself
  if (!WORRYING.includes(entry.level)) return null;
  const place = entry.context === undefined ? '' : ` [${entry.context}]`;
  const reason = entry.err?.message ?? entry.err?.code;
  const text = [...new Set([entry.msg, reason])].filter(Boolean).join(': ');
  return `${entry.level}${place} ${text}`;
}

function parse(line) {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.level === 'string' ? entry : null;
  } catch {
    return null;
  }
}
