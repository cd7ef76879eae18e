import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiIdempotencyKey, IdempotencyKey } from '../common/idempotency-key';
import { ApiProblems, ValidationFailed } from '../common/problem';
import { ConversationsService } from './conversations.service';
import { ConversationDto, ConversationPageDto } from './dto/conversation.dto';
import { ConversationParams } from './dto/conversation-params.dto';
import { CreateConversationDto } from './dto/create-conversation.dto';
import { InboxQuery } from './dto/inbox-query.dto';
import { GroupsService } from './groups/groups.service';
import { ApiMemberAccess } from './member-access.decorator';

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('v1/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly groups: GroupsService,
  ) {}

  /**
   * Opens a conversation: between two people there is only ever one, a group is founded anew. The same
   * `Idempotency-Key` and group again is answered with the one there is.
   */
  @Post()
  @ApiIdempotencyKey()
  @ApiMemberAccess({ notWhileBlocked: true })
  @ApiCreatedResponse({ type: ConversationDto })
  @ApiOkResponse({ type: ConversationDto, description: 'There was one already' })
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 429, 503)
  async open(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() key: string | undefined,
    @Body() body: CreateConversationDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationDto> {
    return body.type === 'direct' ? this.openDirect(actor, body, reply) : this.found(actor, body, key, reply);
  }

  /** Your inbox: most recent activity first, each with its people, its last message and what is unread. */
  @Get()
  @ApiOkResponse({ type: ConversationPageDto })
  @ApiProblems(400, 401, 429, 503)
  inbox(@CurrentActor() actor: Actor, @Query() query: InboxQuery): Promise<ConversationPageDto> {
    return this.conversations.inbox(actor, query);
  }

  @Get(':conversationId')
  @ApiOkResponse({ type: ConversationDto })
  @ApiProblems(400, 401, 404, 429, 503)
  find(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
  ): Promise<ConversationDto> {
    return this.conversations.find(actor, conversationId);
  }

  private async openDirect(
    actor: Actor,
    { participantIds, name, avatarUrl }: CreateConversationDto,
    reply: FastifyReply,
  ): Promise<ConversationDto> {
    const [other, ...more] = new Set(participantIds);
    if (other === undefined || more.length > 0)
      throw ValidationFailed.of('participantIds', 'must name the one other person');
    if (name !== undefined) throw ValidationFailed.of('name', 'only a group has one');
    if (avatarUrl !== undefined) throw ValidationFailed.of('avatarUrl', 'only a group has one');
    const { conversation, created } = await this.conversations.openDirect(actor, other);
    void reply.status(created ? HttpStatus.CREATED : HttpStatus.OK);
    return conversation;
  }

  private async found(
    actor: Actor,
    { participantIds, name, avatarUrl }: CreateConversationDto,
    key: string | undefined,
    reply: FastifyReply,
  ): Promise<ConversationDto> {
    const { conversation, replayed } = await this.groups.create(actor, {
      participantIds,
      name: name ?? null,
      avatarUrl: avatarUrl ?? null,
      key,
    });
    if (replayed) void reply.status(HttpStatus.OK).header('idempotent-replayed', 'true');
    return conversation;
  }
}
