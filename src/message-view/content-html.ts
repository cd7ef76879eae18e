import { isUrl } from '../common/is-url';

const SPECIAL = /[&<>"']/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Starts of links. Everything up to white space or a character that can not stand in a URL belongs to one:
 * a single pass with no alternatives to backtrack into, so time is linear in the text.
 */
const URL_START = /\bhttps?:\/\/[^\s<>"'`]+/gi;
const TRAILING_PUNCTUATION = /[.,;:!?)\]}*_~…]$/;

/**
 * The same text made safe to insert into a page: everything escaped, http(s) addresses linked.
 * No other scheme is ever linked, so nothing in the result can run.
 */
export function contentHtml(content: string): string {
  if (!content.includes('://')) return escapeHtml(content);
  let html = '';
  let from = 0;
  for (const match of content.matchAll(URL_START)) {
    const url = withoutTrailingPunctuation(match[0]);
    if (!isUrl(url)) continue;
    html += escapeHtml(content.slice(from, match.index)) + link(url);
    from = match.index + url.length;
  }
  return html + escapeHtml(content.slice(from));
}

export function escapeHtml(text: string): string {
  return text.replace(SPECIAL, (character) => ESCAPES[character] ?? character);
}

function link(url: string): string {
  const safe = escapeHtml(url);
  return `<a href="${safe}" rel="noopener nofollow">${safe}</a>`;
}

/** "See https://example.org." ends in a full stop that is the sentence's; a closing bracket stays if it was opened. */
function withoutTrailingPunctuation(url: string): string {
  const bracketed = url.includes('(');
  let end = url.length;
  while (end > 0) {
    const last = url[end - 1] as string;
    if (!TRAILING_PUNCTUATION.test(last)) break;
    if (last === ')' && bracketed) break;
    end--;
  }
  return url.slice(0, end);
}
