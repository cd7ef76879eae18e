import { Module } from '@nestjs/common';
import { MessagesModule } from '../../src/messages';
import { PollMessage } from './poll-message';
import { PollResultMessage } from './poll-result-message';
import { PollResultReaction } from './poll-result.reaction';
import { PollVoteMessage } from './poll-vote-message';
import { PollsController } from './polls.controller';
import { PollsService } from './polls.service';

/** Questions with answers to choose from: three types of message, one reaction, one route. */
@Module({
  imports: [MessagesModule],
  controllers: [PollsController],
  providers: [PollMessage, PollVoteMessage, PollResultMessage, PollResultReaction, PollsService],
})
export class PollModule {}
