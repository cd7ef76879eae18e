import { Body, Controller, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentService, type ServiceCaller, ServiceOnly } from '../../auth';
import { ApiProblems, ValidationFailed } from '../../common/problem';
import { ConversationParams } from '../../conversations';
import { MessageDto } from '../../message-view';
import { MessagesService } from '../messages.service';
import { InternalMessageDto } from './internal-message.dto';

/** The door for kaha-main-v3: the same write path, the same idempotency. */
@ApiTags('internal')
@ServiceOnly()
@Controller('v1/internal/conversations/:conversationId/messages')
export class InternalMessagesController {
  constructor(private readonly messages: MessagesService) {}

  /** Says something in a conversation as `system`, or as the business whose conversation it is. */
  @Post()
  @ApiCreatedResponse({ type: MessageDto })
  @ApiOkResponse({ type: MessageDto, description: 'Said before with this key (`Idempotent-Replayed: true`)' })
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 429, 503)
  async send(
    @CurrentService() { tenantId }: ServiceCaller,
    @Param() { conversationId }: ConversationParams,
    @Body() { senderId, ...body }: InternalMessageDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageDto> {
    const command = { ...body, conversationId };
    if (senderId === undefined && body.type !== 'system')
      throw ValidationFailed.of('senderId', 'must name the business, or the type be system');
    const { message, replayed } = await (senderId === undefined
      ? this.messages.sendAsService(tenantId, command)
      : this.messages.sendAsBusiness(tenantId, senderId, command));
    if (replayed) void reply.status(HttpStatus.OK).header('idempotent-replayed', 'true');
    return message;
  }
}
