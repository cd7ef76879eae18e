import { ConfigError } from '../../src/config';
import { isWord } from './word-list';

const MODES = ['mask', 'refuse'] as const;

export class WordFilterConfig {
  readonly words: readonly string[];
  /** What becomes of a message with a listed word: stored with stars in its place, or not at all. */
  readonly mode: (typeof MODES)[number];
}

/**
 * The settings of this extension:
 *
 * - `WORD_FILTER_WORDS`: the words, separated by commas. Required.
 * - `WORD_FILTER_MODE`: `mask`, which is the default, or `refuse`.
 *
 * @throws ConfigError naming what is wrong, without its value, as the service does for its own.
 */
export function wordFilterConfig(env: Readonly<Record<string, string | undefined>>): WordFilterConfig {
  const words = (env['WORD_FILTER_WORDS'] ?? '').split(',').map((word) => word.trim());
  const mode = MODES.find((known) => known === (env['WORD_FILTER_MODE']?.trim() || 'mask'));
  const refusals = [
    ...(words.every(isWord)
      ? []
      : ['WORD_FILTER_WORDS must be a comma-separated list of words, each of letters and digits only']),
    ...(mode === undefined ? [`WORD_FILTER_MODE must be one of ${MODES.join(', ')}`] : []),
  ];
  if (mode === undefined || refusals.length > 0) throw new ConfigError(refusals);
  return { words, mode };
}
