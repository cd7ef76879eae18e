import { isUrl } from '../is-url';

const MAX_LENGTH = 2_048;
/** URL parsers strip or escape these without a word, so the text would not be the URL that was checked. */
const NOT_IN_A_URL = /[\s\p{Cc}]/u;

/** Whether a client may load it as an image: `https:`, at most 2,048 characters. */
export function isHttpsUrl(url: string): boolean {
  if (url.length > MAX_LENGTH || NOT_IN_A_URL.test(url) || !url.isWellFormed()) return false;
  return isUrl(url) && new URL(url).protocol === 'https:';
}
