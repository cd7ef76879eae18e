import { ConfigError } from '../../src/config';
import { wordFilterConfig } from './word-filter.config';

describe('the settings of the word filter', () => {
  it.each([
    ['a word', { WORD_FILTER_WORDS: 'damn' }, { words: ['damn'], mode: 'mask' }],
    [
      'words with space between',
      { WORD_FILTER_WORDS: ' damn , blast ' },
      { words: ['damn', 'blast'], mode: 'mask' },
    ],
    ['an empty mode', { WORD_FILTER_WORDS: 'damn', WORD_FILTER_MODE: '' }, { words: ['damn'], mode: 'mask' }],
    [
      'a mode',
      { WORD_FILTER_WORDS: 'damn', WORD_FILTER_MODE: 'refuse' },
      { words: ['damn'], mode: 'refuse' },
    ],
  ])('may be %s', (_what, env, config) => {
    expect(wordFilterConfig(env)).toEqual(config);
  });

  it.each([
    ['nothing', {}, 'WORD_FILTER_WORDS'],
    ['an empty list', { WORD_FILTER_WORDS: ' ' }, 'WORD_FILTER_WORDS'],
    ['an empty word', { WORD_FILTER_WORDS: 'damn,,blast' }, 'WORD_FILTER_WORDS'],
    ['two words in one', { WORD_FILTER_WORDS: 'damn it' }, 'WORD_FILTER_WORDS'],
    ['an unknown mode', { WORD_FILTER_WORDS: 'damn', WORD_FILTER_MODE: 'blush' }, 'WORD_FILTER_MODE'],
  ])('can not be %s', (_what, env, name) => {
    expect(() => wordFilterConfig(env)).toThrow(ConfigError);
    expect(() => wordFilterConfig(env)).toThrow(name);
  });

  it('are not repeated in the error', () => {
    expect(() => wordFilterConfig({ WORD_FILTER_WORDS: 'damn it', WORD_FILTER_MODE: 'blush' })).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/damn|blush/) as string }),
    );
  });
});
