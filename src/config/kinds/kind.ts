/**
 * What the text of a variable may be. A kind never explains a refusal itself: it only says "no", and the
 * reader answers with `expects`. So no value, which may be a secret, can find its way into an error.
 */
export interface Kind<T> {
  /** Completes the sentence "PORT must be …". */
  readonly expects: string;
  /** The value of `text`, which is trimmed and not empty; undefined when it is not of this kind. Never throws. */
  parse(text: string): T | undefined;
}

/** Comma-separated items of one kind; white space around an item is ignored, an empty item is refused. */
export function listOf<T>(item: Kind<T>): Kind<readonly T[]> {
  return {
    expects: `a comma-separated list, each item ${item.expects}`,
    parse: (text) => {
      const items: T[] = [];
      for (const part of text.split(',')) {
        const value = item.parse(part.trim());
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    },
  };
}
