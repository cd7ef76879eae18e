import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../src/auth';
import type { Actor } from '../../src/common/actor';
import { ApiProblems } from '../../src/common/problem';
import { PollParams } from './dto/poll-params.dto';
import { PollStandingDto } from './dto/poll-standing.dto';
import { isClosed } from './poll.rules';
import { PollsService, type PollStanding } from './polls.service';

@ApiTags('polls')
@ApiBearerAuth()
@Controller('v1/conversations/:conversationId/polls')
export class PollsController {
  constructor(private readonly polls: PollsService) {}

  /** How a poll stands, counted from the votes that the caller may read. */
  @Get(':pollId')
  @ApiOkResponse({ type: PollStandingDto })
  @ApiProblems(400, 401, 404, 503)
  async standing(
    @CurrentActor() actor: Actor,
    @Param() { conversationId, pollId }: PollParams,
  ): Promise<PollStandingDto> {
    return toDto(await this.polls.standing(actor, conversationId, pollId));
  }
}

function toDto({ poll, tally: { options, voters } }: PollStanding): PollStandingDto {
  return {
    pollId: poll.id,
    question: poll.question,
    options: [...options],
    voters: voters.size,
    closed: isClosed(poll, new Date()),
  };
}
