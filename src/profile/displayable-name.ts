/** Longer than any honest name, short enough that an inbox page stays small. */
const MAX_CODE_POINTS = 200;

/**
 * A name from outside made fit to store and to show: well-formed, without control characters (NUL among
 * them), trimmed, cut at 200 code points. Empty when nothing remains.
 */
export function displayableName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .trim();
  return firstCodePoints(clean, MAX_CODE_POINTS).trimEnd();
}

function firstCodePoints(text: string, count: number): string {
  // A code point is at most two units: whatever lies beyond them need not be taken apart.
  return Array.from(text.slice(0, count * 2))
    .slice(0, count)
    .join('');
}
