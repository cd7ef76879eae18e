import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { Actor } from '../common/actor';
import { type DeliveredProgressDto, type ReadProgressDto, ReceiptsService } from '../conversations';
import { ChatGateway } from './events/chat-gateway.decorator';
import { SocketActor } from './events/socket-actor.decorator';
import { MarkEventDto } from './mark-event.dto';

/** The socket door to receipts; receipts.controller.ts is the other one. */
@ChatGateway()
export class ReceiptsGateway {
  constructor(private readonly receipts: ReceiptsService) {}

  @SubscribeMessage('mark_as_read')
  read(
    @SocketActor() actor: Actor,
    @MessageBody() { conversationId, seq }: MarkEventDto,
  ): Promise<ReadProgressDto> {
    return this.receipts.read(actor, conversationId, { seq });
  }

  @SubscribeMessage('mark_as_delivered')
  delivered(
    @SocketActor() actor: Actor,
    @MessageBody() { conversationId, seq }: MarkEventDto,
  ): Promise<DeliveredProgressDto> {
    return this.receipts.delivered(actor, conversationId, seq);
  }
}
