import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { Actor } from '../common/actor';
import type { MessageDto } from '../message-view';
import { MessagesService } from '../messages';
import { ChatGateway } from './events/chat-gateway.decorator';
import { SocketActor } from './events/socket-actor.decorator';
import { SendMessageEventDto } from './send-message-event.dto';

/** The socket door to MessagesService; messages.controller.ts is the other one. Rules live behind both. */
@ChatGateway()
export class MessagesGateway {
  constructor(private readonly messages: MessagesService) {}

  @SubscribeMessage('send_message')
  async send(@SocketActor() actor: Actor, @MessageBody() body: SendMessageEventDto): Promise<MessageDto> {
    const { message } = await this.messages.send(actor, body);
    return message;
  }
}
