import { Body, Controller, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../auth';
import type { Actor } from '../../common/actor';
import { ApiProblems, ValidationFailed } from '../../common/problem';
import { ConversationParams } from '../dto/conversation-params.dto';
import { DeliveredProgressDto, MarkDeliveredDto, MarkReadDto, ReadProgressDto } from './receipts.dto';
import type { Mark } from './receipts.repository';
import { ReceiptsService } from './receipts.service';

@ApiTags('receipts')
@ApiBearerAuth()
@Controller('v1/conversations/:conversationId')
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  /** You have read up to here. Never goes back. */
  @Post('read')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: ReadProgressDto })
  @ApiProblems(400, 401, 404, 413, 415, 429, 503)
  read(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Body() body: MarkReadDto,
  ): Promise<ReadProgressDto> {
    return this.receipts.read(actor, conversationId, toMark(body));
  }

  /** Everything up to here has reached you. Never goes back. */
  @Post('delivered')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: DeliveredProgressDto })
  @ApiProblems(400, 401, 404, 413, 415, 429, 503)
  delivered(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Body() { seq }: MarkDeliveredDto,
  ): Promise<DeliveredProgressDto> {
    return this.receipts.delivered(actor, conversationId, seq);
  }
}

function toMark({ seq, messageId }: MarkReadDto): Mark {
  if (messageId !== undefined && seq !== undefined)
    throw ValidationFailed.of('messageId', 'only one of seq and messageId');
  if (messageId !== undefined) return { messageId };
  if (seq !== undefined) return { seq };
  throw ValidationFailed.of('seq', 'one of seq and messageId must be there');
}
