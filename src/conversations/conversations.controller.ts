import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiProblems } from '../common/problem';
import { ConversationsService } from './conversations.service';
import { ConversationDto, ConversationPageDto } from './dto/conversation.dto';
import { ConversationParams } from './dto/conversation-params.dto';
import { CreateConversationDto } from './dto/create-conversation.dto';
import { InboxQuery } from './dto/inbox-query.dto';

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('v1/conversations')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  /** Opens a conversation; between two people there is only ever one. */
  @Post()
  @ApiCreatedResponse({ type: ConversationDto })
  @ApiOkResponse({ type: ConversationDto, description: 'There was one already' })
  @ApiProblems(400, 401, 404, 413, 415, 503)
  async open(
    @CurrentActor() actor: Actor,
    @Body() { participantIds }: CreateConversationDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationDto> {
    const { conversation, created } = await this.conversations.openDirect(actor, participantIds[0] as string);
    void reply.status(created ? HttpStatus.CREATED : HttpStatus.OK);
    return conversation;
  }

  /** Your inbox: most recent activity first, each with its people, its last message and what is unread. */
  @Get()
  @ApiOkResponse({ type: ConversationPageDto })
  @ApiProblems(400, 401, 503)
  inbox(@CurrentActor() actor: Actor, @Query() query: InboxQuery): Promise<ConversationPageDto> {
    return this.conversations.inbox(actor, query);
  }

  @Get(':conversationId')
  @ApiOkResponse({ type: ConversationDto })
  @ApiProblems(400, 401, 404, 503)
  find(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
  ): Promise<ConversationDto> {
    return this.conversations.find(actor, conversationId);
  }
}
