import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { Actor } from '../common/actor';
import type { MessageDto } from '../message-view';
import { EditingService, MessageParams, MessagesService } from '../messages';
import { EditMessageEventDto } from './edit-message-event.dto';
import { ChatGateway } from './events/chat-gateway.decorator';
import { SocketActor } from './events/socket-actor.decorator';
import { SendMessageEventDto } from './send-message-event.dto';

/** The socket door to messages; messages.controller.ts is the other one. Rules live behind both. */
@ChatGateway()
export class MessagesGateway {
  constructor(
    private readonly messages: MessagesService,
    private readonly editing: EditingService,
  ) {}

  @SubscribeMessage('send_message')
  async send(@SocketActor() actor: Actor, @MessageBody() body: SendMessageEventDto): Promise<MessageDto> {
    const { message } = await this.messages.send(actor, body);
    return message;
  }

  @SubscribeMessage('edit_message')
  edit(@SocketActor() actor: Actor, @MessageBody() body: EditMessageEventDto): Promise<MessageDto> {
    return this.editing.edit(actor, body, body.content);
  }

  @SubscribeMessage('delete_message')
  delete(@SocketActor() actor: Actor, @MessageBody() body: MessageParams): Promise<MessageDto> {
    return this.editing.delete(actor, body);
  }
}
