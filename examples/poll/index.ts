import type { ChatExtension } from '../../src/extensions';
import { PollModule } from './poll.module';

export const extension: ChatExtension = { name: 'poll', module: PollModule };
