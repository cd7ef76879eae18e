import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../auth';
import type { Actor } from '../../common/actor';
import { ApiProblems } from '../../common/problem';
import { BlockPageDto, BlockParams, BlocksQuery } from './block.dto';
import { BlocksService } from './blocks.service';

@ApiTags('users')
@ApiBearerAuth()
@Controller('v1/users/me/blocks')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  /** Whom you have blocked, newest first. */
  @Get()
  @ApiOkResponse({ type: BlockPageDto })
  @ApiProblems(400, 401, 429, 503)
  page(@CurrentActor() actor: Actor, @Query() { limit, cursor }: BlocksQuery): Promise<BlockPageDto> {
    return this.blocks.page(actor, limit, cursor);
  }

  /**
   * From now on neither of you can write to the other directly, and they see nothing of your reading, nor can they
   * open a conversation with you. Groups stay as they are.
   */
  @Put(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse({ description: 'Blocked, be it since before' })
  @ApiProblems(400, 401, 404, 413, 415, 429, 503)
  block(@CurrentActor() actor: Actor, @Param() { userId }: BlockParams): Promise<void> {
    return this.blocks.block(actor, userId);
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse({ description: 'Not blocked, be it since ever' })
  @ApiProblems(400, 401, 413, 415, 429, 503)
  unblock(@CurrentActor() actor: Actor, @Param() { userId }: BlockParams): Promise<void> {
    return this.blocks.unblock(actor, userId);
  }
}
