const MAX_LENGTH = 2_048;
/** URL parsers strip or escape these without a word, so the text would not be the URL that was checked. */
const NOT_IN_A_URL = /[\s\p{Cc}]/u;

/** The URL as it was given when a client may load it as an image (`https:`, ≤ 2,048 characters), else null. */
export function safeAvatarUrl(url: string): string | null {
  if (url.length > MAX_LENGTH || NOT_IN_A_URL.test(url) || !url.isWellFormed()) return null;
  return URL.canParse(url) && new URL(url).protocol === 'https:' ? url : null;
}
