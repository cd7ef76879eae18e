import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { Actor } from '../common/actor';
import { DEFAULT_LIMIT, type SyncPageDto, SyncService } from '../sync';
import { ChatGateway } from './events/chat-gateway.decorator';
import { SocketActor } from './events/socket-actor.decorator';
import { SyncEventDto } from './sync-event.dto';

/** The socket door to what changed; sync.controller.ts is the other one. */
@ChatGateway()
export class SyncGateway {
  constructor(private readonly changes: SyncService) {}

  @SubscribeMessage('sync')
  sync(
    @SocketActor() actor: Actor,
    @MessageBody() { since, limit = DEFAULT_LIMIT }: SyncEventDto,
  ): Promise<SyncPageDto> {
    return this.changes.page(actor, { since, limit });
  }
}
