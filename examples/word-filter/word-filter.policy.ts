import { type MessagePolicy, Policy, type PolicyVerdict, type ReviewedMessage } from '../../src/messages';
import { WordFilterConfig } from './word-filter.config';
import { WordList } from './word-list';

/** Keeps listed words out of the content of messages. */
@Policy()
export class WordFilterPolicy implements MessagePolicy {
  readonly name = 'word-filter';
  /** Late: the words to look at are those that would be stored, after whoever else rewrites them. */
  readonly order = 1_000;
  /** What has not been looked at does not pass. It works in memory alone, so that only a fault of its own fails it. */
  readonly onFailure = 'refuse';

  private readonly list: WordList;
  private readonly mode: WordFilterConfig['mode'];

  constructor({ words, mode }: WordFilterConfig) {
    this.list = new WordList(words);
    this.mode = mode;
  }

  review({ senderId, content }: ReviewedMessage): PolicyVerdict {
    // The service chooses its own words, and a notice of its own that was refused would be lost.
    if (senderId === null) return { verdict: 'allow' };
    const masked = this.list.mask(content);
    if (masked === content) return { verdict: 'allow' };
    return this.mode === 'mask'
      ? { verdict: 'rewrite', content: masked }
      : { verdict: 'refuse', reason: 'Your message has a word in it that is not welcome here.' };
  }
}
