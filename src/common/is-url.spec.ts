import { isUrl } from './is-url';

describe('isUrl', () => {
  it.each(['https://example.org/', 'https://bücher.example/ä', 'https://例え.jp/', 'mailto:a@example.org'])(
    'knows %j, however often it is asked',
    (text) => {
      let denied = 0;
      for (let time = 0; time < 20_000; time++) if (!isUrl(text)) denied++;
      expect(denied).toBe(0);
    },
  );

  it.each(['', 'example.org', 'https://', 'https://ü:port', '//bücher.example', 'https://a b'])(
    'denies %j',
    (text) => expect(isUrl(text)).toBe(false),
  );
});
