/**
 * A run of what words are made of. Characters that do not show (joiners, soft hyphens) belong to it, so that one in
 * the middle does not hide a word. One class and nothing to go back to: time is linear in the text.
 */
const WORD = /[\p{L}\p{M}\p{N}\p{Default_Ignorable_Code_Point}]+/gu;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;
const VISIBLE_WORD = /^[\p{L}\p{M}\p{N}]+$/u;

/** Words that are found whole, whatever their case and however their characters are composed. */
export class WordList {
  private readonly words: ReadonlySet<string>;

  constructor(words: readonly string[]) {
    this.words = new Set(words.map(folded));
  }

  /** The text with a star for each character of a listed word; the very text when it has none. */
  mask(text: string): string {
    // Each word is looked up, so a long list takes no longer than a short one.
    return text.replace(WORD, (word) => (this.words.has(folded(word)) ? '*'.repeat([...word].length) : word));
  }
}

/** Whether `text` is something that a `WordList` can find. */
export function isWord(text: string): boolean {
  return VISIBLE_WORD.test(text);
}

/** Alike for spellings that differ in case ("ß" and "SS", too) or in form ("é" as one character or two, "ａ"). */
function folded(word: string): string {
  const visible = word.replace(INVISIBLE, '').normalize('NFKC');
  return visible.toUpperCase().toLowerCase().normalize('NFKC');
}
