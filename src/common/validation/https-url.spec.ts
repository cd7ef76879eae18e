import { isHttpsUrl } from './https-url';

const LONGEST = `https://cdn.example/${'a'.repeat(2_028)}`;

describe('T17 the URL of a picture', () => {
  it.each(['https://cdn.example/a.png', 'https://cdn.example', 'https://cdn.example/a?b=c&d=%20#e', LONGEST])(
    'is one: %s',
    (url) => {
      expect(isHttpsUrl(url)).toBe(true);
    },
  );

  it.each([
    ['http', 'http://cdn.example/a.png'],
    ['a script', 'javascript:alert(1)'],
    ['a script behind a tab', 'java\tscript:alert(1)'],
    ['inline data', 'data:image/png;base64,AAAA'],
    ['a path', '/a.png'],
    ['no scheme', '//cdn.example/a.png'],
    ['no host', 'https://'],
    ['nothing', ''],
    ['a line break inside', 'https://cdn.example/a\n.png'],
    ['a blank before it', ' https://cdn.example/a.png'],
    ['half a character', 'https://cdn.example/\ud83d'],
    ['2,049 characters', `${LONGEST}a`],
  ])('is not: %s', (_what, url) => {
    expect(isHttpsUrl(url)).toBe(false);
  });
});
