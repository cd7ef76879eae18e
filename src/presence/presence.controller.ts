import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiProblems } from '../common/problem';
import { PresenceDto } from './presence.dto';
import { PresenceQuery } from './presence-query.dto';
import { PresenceService } from './presence.service';

@ApiTags('presence')
@ApiBearerAuth()
@Controller('v1/presence')
export class PresenceController {
  constructor(private readonly presence: PresenceService) {}

  /** Who is there now, of those you share a conversation with. */
  @Get()
  @ApiOkResponse({ type: PresenceDto })
  @ApiProblems(400, 401, 429, 503)
  states(@CurrentActor() actor: Actor, @Query() query: PresenceQuery): Promise<PresenceDto> {
    const { userIds = [], businessIds = [] } = query;
    return this.presence.states(actor, { userIds, businessIds });
  }
}
