import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiProblems } from '../common/problem';
import { SyncPageDto, SyncQuery } from './sync.dto';
import { SyncService } from './sync.service';

@ApiTags('sync')
@ApiBearerAuth()
@Controller('v1/sync')
export class SyncController {
  constructor(private readonly sync: SyncService) {}

  /**
   * What changed in your conversations since a token: nothing committed is ever left out, and what was told before
   * may come again. Ask on with `next` while `hasMore`; keep the last one for the next time. 410: start anew, without.
   */
  @Get()
  @ApiOkResponse({ type: SyncPageDto })
  @ApiProblems(400, 401, 410, 429, 503)
  page(@CurrentActor() actor: Actor, @Query() query: SyncQuery): Promise<SyncPageDto> {
    return this.sync.page(actor, query);
  }
}
