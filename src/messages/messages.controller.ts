import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiIdempotencyKey, IdempotencyKey } from '../common/idempotency-key';
import { ApiProblems, ValidationFailed } from '../common/problem';
import { ApiMemberAccess, ConversationParams } from '../conversations';
import { MessageDto } from '../message-view';
import { HistoryQuery } from './dto/history-query.dto';
import { MessagePageDto } from './dto/message-page.dto';
import { MessageParams } from './dto/message-params.dto';
import { SendMessageDto } from './dto/send-message.dto';
import { EditMessageDto } from './editing/edit-message.dto';
import { EditingService } from './editing/editing.service';
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
    private readonly editing: EditingService,
  ) {}

  /** Sends a message. Answered after it is stored for good; the same key and body again is answered with 200. */
  @Post()
  @ApiIdempotencyKey()
  @ApiMemberAccess({ notWhileBlocked: true })
  @ApiCreatedResponse({ type: MessageDto })
  @ApiOkResponse({ type: MessageDto, description: 'Sent before with this key (`Idempotent-Replayed: true`)' })
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 429, 503)
  async send(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @IdempotencyKey() key: string | undefined,
    @Body() body: SendMessageDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageDto> {
    const clientMessageId = sameKey(key, body.clientMessageId);
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
  @ApiProblems(400, 401, 404, 429, 503)
  page(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Query() query: HistoryQuery,
  ): Promise<MessagePageDto> {
    return this.history.page(actor, conversationId, query);
  }

  @Get(':messageId')
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 401, 404, 429, 503)
  find(
    @CurrentActor() actor: Actor,
    @Param() { conversationId, messageId }: MessageParams,
  ): Promise<MessageDto> {
    return this.history.find(actor, conversationId, messageId);
  }

  /** Lets a text say something else: its sender alone, for a while after it was sent. */
  @Patch(':messageId')
  @ApiMemberAccess({ roles: ['sender'], notWhileBlocked: true })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 429, 503)
  edit(
    @CurrentActor() actor: Actor,
    @Param() address: MessageParams,
    @Body() { content }: EditMessageDto,
  ): Promise<MessageDto> {
    return this.editing.edit(actor, address, content);
  }

  /** Leaves a tombstone in place of a message: its sender, or an admin of the group. Again, it changes nothing. */
  @Delete(':messageId')
  @ApiMemberAccess({ roles: ['admin', 'sender'] })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  @ApiProblems(400, 401, 403, 404, 413, 415, 429, 503)
  async delete(@CurrentActor() actor: Actor, @Param() address: MessageParams): Promise<void> {
    await this.editing.delete(actor, address);
  }
}

/** The header and the field say the same thing; who sends both must mean the same. */
function sameKey(header: string | undefined, field: string | undefined): string | undefined {
  if (header !== undefined && field !== undefined && field !== header)
    throw ValidationFailed.of('clientMessageId', 'differs from Idempotency-Key');
  return header ?? field;
}
