/**
 * Whether this can be parsed as an absolute URL. Node 20's `URL.canParse` denies it, once it has been called some
 * thousand times, of texts with characters between U+0080 and U+00FF (it takes their one-byte form for UTF-8).
 */
export function isUrl(text: string): boolean {
  return /[\u0080-\u00ff]/.test(text) ? isParsed(text) : URL.canParse(text);
}

function isParsed(text: string): boolean {
  try {
    return new URL(text).href !== '';
  } catch {
    return false;
  }
}
