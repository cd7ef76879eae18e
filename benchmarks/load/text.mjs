/** With the number before it 100 bytes, as a short message has. */
const TEXT =
  'Namaste! Shall we meet at the bus park at six, or is seven better for you and the others?'.padEnd(90, '.');

/** What a message says: who hears it knows by its number which it is. */
export function textOf(n) {
  return `${String(n).padStart(9, '0')} ${TEXT}`;
}
