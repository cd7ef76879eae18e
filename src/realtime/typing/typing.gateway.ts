import { Logger } from '@nestjs/common';
import { ConnectedSocket, MessageBody, type OnGatewayDisconnect, SubscribeMessage } from '@nestjs/websockets';
import type { Actor } from '../../common/actor';
import { ConversationParams } from '../../conversations';
import { ChatGateway } from '../events/chat-gateway.decorator';
import { SocketActor } from '../events/socket-actor.decorator';
import type { ChatSocket } from '../socket-contract';
import { TypingService } from './typing.service';

@ChatGateway()
export class TypingGateway implements OnGatewayDisconnect<ChatSocket> {
  private readonly logger = new Logger(TypingGateway.name);

  constructor(private readonly typing: TypingService) {}

  @SubscribeMessage('typing_start')
  async start(
    @SocketActor() actor: Actor,
    @MessageBody() { conversationId }: ConversationParams,
    @ConnectedSocket() socket: ChatSocket,
  ): Promise<null> {
    await this.typing.start(actor, conversationId, socket);
    return null;
  }

  @SubscribeMessage('typing_stop')
  stop(@SocketActor() actor: Actor, @MessageBody() { conversationId }: ConversationParams): null {
    this.typing.stop(actor, conversationId);
    return null;
  }

  /** Nest calls this outside of its filters: what it threw would end the process. */
  handleDisconnect(socket: ChatSocket): void {
    try {
      this.typing.leave(socket.id);
    } catch (err) {
      this.logger.error({ msg: 'typing at a socket could not be ended', err });
    }
  }
}
