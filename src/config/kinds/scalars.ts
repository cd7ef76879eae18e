import type { Kind } from './kind';

/** A whole number in plain digits, so that neither `1e3` nor `0x10` passes for one. */
export function int({ min, max }: { readonly min: number; readonly max: number }): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    parse: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** `true` or `false`, spelt just so: "yes" or "1" would be guessed differently by every reader of the file. */
export const flag: Kind<boolean> = {
  expects: 'true or false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    expects: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** Text of a certain form; `expects` says in words what `pattern` says in signs. */
export function matching(pattern: RegExp, expects: string): Kind<string> {
  return { expects, parse: (text) => (pattern.test(text) ? text : undefined) };
}
