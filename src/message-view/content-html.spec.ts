import { HOSTILE_TEXTS, SCHEMES } from '../../test/support/hostile-texts';
import { contentHtml, escapeHtml } from './content-html';

/** One of the five escapes we write, or a character that means nothing in HTML. */
const TEXT = String.raw`(?:[^<>"'&]|&(?:amp|lt|gt|quot|#39);)`;
const LINK = new RegExp(`^<a href="(https?://${TEXT}*)" rel="noopener nofollow">(${TEXT}*)</a>$`, 'i');
const HARMLESS = new RegExp(`^${TEXT}*$`);

interface Piece {
  readonly text: string;
  readonly href?: string;
}

/** Reads the result as a browser would, and knows nothing but text and our links. */
function pieces(html: string): Piece[] {
  return html.split(/(<a [^>]*>[^<]*<\/a>)/).map((part, index) => {
    const link = index % 2 === 1 ? LINK.exec(part) : null;
    if (link !== null) return { text: unescape(link[2] ?? ''), href: unescape(link[1] ?? '') };
    if (!HARMLESS.test(part)) throw new Error(`neither text nor a link of ours: ${part}`);
    return { text: unescape(part) };
  });
}

function unescape(text: string): string {
  const meant = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" } as Readonly<Record<string, string>>;
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => meant[name] as string);
}

function linksIn(content: string): string[] {
  return pieces(contentHtml(content)).flatMap(({ href }) => href ?? []);
}

/** Each alone, and where an address comes before or after it, which is when links are looked for. */
const PLACED = HOSTILE_TEXTS.flatMap((vector) => [
  vector,
  `https://a.example/ ${vector}`,
  `https://a.example/${vector}`,
  `${vector}https://a.example/`,
]);

describe('contentHtml', () => {
  it('is tried with more than a hundred attacks', () => {
    expect(new Set(HOSTILE_TEXTS).size).toBeGreaterThanOrEqual(100);
  });

  it('makes of any attack nothing but text and links to http or https', () => {
    const alive = PLACED.filter((content) => {
      try {
        return pieces(contentHtml(content)).some(
          ({ href }) => href !== undefined && !/^https?:/i.test(new URL(href).protocol),
        );
      } catch {
        return true;
      }
    });
    expect(alive).toEqual([]);
  });

  it('shows the very text that was written', () => {
    const shown = PLACED.map((content) =>
      pieces(contentHtml(content))
        .map(({ text }) => text)
        .join(''),
    );
    expect(shown).toEqual(PLACED);
  });

  it('shows of a link where it leads', () => {
    const deceiving = PLACED.flatMap((content) => pieces(contentHtml(content))).filter(
      ({ text, href }) => href !== undefined && href !== text,
    );
    expect(deceiving).toEqual([]);
  });

  it.each(SCHEMES.filter((content) => !content.includes('https:')))(
    'links no other scheme: %j',
    (content) => {
      expect(linksIn(content)).toEqual([]);
    },
  );

  it.each([
    ['See https://example.org.', 'https://example.org'],
    ['Is it http://example.org/a?b=c&d=e#f?', 'http://example.org/a?b=c&d=e#f'],
    ['(https://example.org/a)', 'https://example.org/a'],
    [
      'https://en.wikipedia.org/wiki/Chat_(disambiguation)',
      'https://en.wikipedia.org/wiki/Chat_(disambiguation)',
    ],
    ['<https://example.org>', 'https://example.org'],
    ['"https://example.org/a"', 'https://example.org/a'],
    ['**https://example.org/a**', 'https://example.org/a'],
    ['https://example.org/…', 'https://example.org/'],
    ['HTTPS://EXAMPLE.ORG/', 'HTTPS://EXAMPLE.ORG/'],
    ['https://bücher.example/ä', 'https://bücher.example/ä'],
    ['https://example.org:8080/a_b-c~d', 'https://example.org:8080/a_b-c~d'],
    ['line\nhttps://example.org\nline', 'https://example.org'],
    ["it's https://example.org/a'b", 'https://example.org/a'],
  ])('links the address in %j', (content, address) => {
    expect(linksIn(content)).toEqual([address]);
  });

  it.each([
    'example.org',
    'https:/example.org',
    'https//example.org',
    'http://',
    'https://.',
    'mailto:a@b.example',
  ])('links nothing in %j', (content) => {
    expect(linksIn(content)).toEqual([]);
  });

  it('links every address of a text', () => {
    expect(linksIn('http://a.example, https://b.example; https://c.example!')).toEqual([
      'http://a.example',
      'https://b.example',
      'https://c.example',
    ]);
  });

  /** At a hundred times the length of a message, anything worse than linear would take minutes. */
  it.each([
    ['schemes', 'http://'],
    ['addresses', 'http://a.example '],
    ['halves of schemes', 'https:/'],
    ['closing brackets', ')'],
    ['opening brackets', '('],
    ['dots', '.'],
    ['escapes', '&'],
    ['tags', '<a href="http://'],
    ['letters of a scheme', 'h'],
    ['colons and slashes', '://'],
  ])('takes time in proportion to the text: %s', (_what, piece) => {
    const content = `http://a.example/${piece.repeat(400_000 / piece.length)}`;
    const started = performance.now();
    const html = contentHtml(content);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(html.length).toBeGreaterThanOrEqual(content.length);
  });
});

describe('escapeHtml', () => {
  it('escapes the five characters that mean something, and nothing else', () => {
    expect(escapeHtml(`<a title="it's"> & 😀`)).toBe('&lt;a title=&quot;it&#39;s&quot;&gt; &amp; 😀');
  });
});
