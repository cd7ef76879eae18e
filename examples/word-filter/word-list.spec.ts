import { isWord, WordList } from './word-list';

const list = new WordList(['damn', 'Straße', 'café', 'ΟΔΟΣ', '한국']);

describe('WordList', () => {
  it.each([
    ['a word', 'well, damn it', 'well, **** it'],
    ['at the ends', 'damn or damn', '**** or ****'],
    ['in any case', 'DaMn', '****'],
    ['"ß" as "SS"', 'STRASSE', '*******'],
    ['a final sigma', 'οδος', '****'],
    ['composed of one character', 'caf\u00e9', '****'],
    ['composed of two characters', 'cafe\u0301', '*****'],
    ['in wide letters', 'ｄａｍｎ', '****'],
    ['with a joiner inside', 'da\u200dmn', '*****'],
    ['between underscores and emoji', '_damn_👋damn👋', '_****_👋****👋'],
    ['in a script without case', '한국!', '**!'],
  ])('finds %s', (_how, text, masked) => {
    expect(list.mask(text)).toBe(masked);
  });

  it.each([
    ['the beginning of another word', 'damnation'],
    ['the end of another word', 'goddamn'],
    ['a word with a further mark', 'damn\u0303'],
    ['a word with a number', 'damn2'],
    ['nothing at all', ''],
    ['what only does not show', '\u200d\u00ad'],
  ])('leaves alone %s', (_what, text) => {
    expect(list.mask(text)).toBe(text);
  });

  it('makes no text longer, as characters are counted', () => {
    const text = '𝒹𝒶𝓂𝓃 damn cafe\u0301';
    expect([...list.mask(text)]).toHaveLength([...text].length);
    expect(list.mask(text)).toBe('**** **** *****');
  });
});

describe('isWord', () => {
  it.each(['damn', 'Straße', 'cafe\u0301', '7up'])('takes %j', (text) => expect(isWord(text)).toBe(true));

  it.each(['', 'two words', "can't", 'half-wit', '*', 'da\u200dmn'])('does not take %j', (text) =>
    expect(isWord(text)).toBe(false),
  );
});
