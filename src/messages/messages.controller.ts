import { Body, Controller, Get, Headers, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiProblems, ValidationFailed } from '../common/problem';
import { isUuid } from '../common/uuid';
import { ConversationParams } from '../conversations';
import { MessageDto } from '../message-view';
import { HistoryQuery } from './dto/history-query.dto';
import { MessagePageDto } from './dto/message-page.dto';
import { MessageParams } from './dto/message-params.dto';
import { SendMessageDto } from './dto/send-message.dto';
import { HistoryService } from './history.service';
import { MessagesService } from './messages.service';

/** The REST door to messages. The socket door is realtime/messages.gateway.ts; the rules live behind both. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1/conversations/:conversationId/messages')
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly history: HistoryService,
  ) {}

  /** Sends a message. Answered after it is stored for good; the same key and body again is answered with 200. */
  @Post()
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A UUID; the same as `clientMessageId`',
  })
  @ApiCreatedResponse({ type: MessageDto })
  @ApiOkResponse({ type: MessageDto, description: 'Sent before with this key (`Idempotent-Replayed: true`)' })
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 503)
  async send(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Headers('idempotency-key') keyHeader: string | undefined,
    @Body() body: SendMessageDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageDto> {
    const clientMessageId = idempotencyKey(keyHeader, body.clientMessageId);
    const { message, replayed } = await this.messages.send(actor, {
      ...body,
      conversationId,
      clientMessageId,
    });
    if (replayed) void reply.status(HttpStatus.OK).header('idempotent-replayed', 'true');
    return message;
  }

  /** A page of the history, ascending by seq: the newest, or before or after a seq, or from an offset. */
  @Get()
  @ApiOkResponse({ type: MessagePageDto })
  @ApiProblems(400, 401, 404, 503)
  page(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Query() query: HistoryQuery,
  ): Promise<MessagePageDto> {
    return this.history.page(actor, conversationId, query);
  }

  @Get(':messageId')
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 401, 404, 503)
  find(
    @CurrentActor() actor: Actor,
    @Param() { conversationId, messageId }: MessageParams,
  ): Promise<MessageDto> {
    return this.history.find(actor, conversationId, messageId);
  }
}

/** The header and the field say the same thing; who sends both must mean the same. */
function idempotencyKey(header: string | undefined, field: string | undefined): string | undefined {
  if (header === undefined) return field;
  if (!isUuid(header)) throw ValidationFailed.of('Idempotency-Key', 'must be a UUID');
  const key = header.toLowerCase();
  if (field !== undefined && field !== key)
    throw ValidationFailed.of('clientMessageId', 'differs from Idempotency-Key');
  return key;
}
