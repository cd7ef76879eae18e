import type { ChatExtension } from '../../src/extensions';
import { wordFilterConfig } from './word-filter.config';
import { WordFilterModule } from './word-filter.module';

// Read here and nowhere else, when the extension is loaded: a setting that is wrong ends the process before it starts.
export const extension: ChatExtension = {
  name: 'word-filter',
  module: WordFilterModule.with(wordFilterConfig(process.env)),
};
