import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { ClusterModule } from '../cluster';
import { ConversationsModule } from '../conversations';
import { HistoryService, MessagesModule } from '../messages';
import { OutboxModule } from '../outbox';
import { PresenceModule } from '../presence';
import { RateLimitModule } from '../rate-limit';
import { RedisModule } from '../redis';
import { SyncModule } from '../sync';
import { RecordingModule } from '../telemetry';
import { SlowConsumers } from './backlog/slow-consumers';
import { Arrivals } from './door/arrivals';
import { ConnectionDoor } from './door/connection-door';
import { ConnectionLimit } from './door/connection-limit';
import { ConnectionRegister } from './door/connection-register';
import { Handshake } from './door/handshake';
import { SessionExpiry } from './door/session-expiry';
import { SessionRefresh } from './door/session-refresh';
import { SessionRevocation } from './door/session-revocation';
import { SocketDrain } from './draining/socket-drain';
import { EventRecords } from './events/event-records';
import { CatchUp } from './fanout/catch-up';
import { ConversationSequencer } from './fanout/conversation-sequencer';
import { DeliveryNotices } from './fanout/delivery-notices';
import { Fanout } from './fanout/fanout';
import { LocalSockets } from './fanout/local-sockets';
import { DepartedNodes } from './frames/departed-nodes';
import { FrameChannels } from './frames/frame-channels';
import { FrameListener } from './frames/frame-listener';
import { FramePublisher } from './frames/frame-publisher';
import { MessagesGateway } from './messages.gateway';
import { DeadNodePresence } from './presence/dead-node-presence';
import { PresenceDoubts } from './presence/presence-doubts';
import { PresenceFrames } from './presence/presence-frames';
import { PresenceSubscriptions } from './presence/presence-subscriptions';
import { PresenceWatch } from './presence/presence-watch';
import { PresenceGateway } from './presence/presence.gateway';
import { ReceiptsGateway } from './receipts.gateway';
import { HeldDeliveries } from './replay/held-deliveries';
import { OwedSyncs } from './replay/owed-syncs';
import { SocketReplay } from './replay/socket-replay';
import { SessionsGateway } from './sessions.gateway';
import { LiveStreams } from './stream/live-streams';
import { StreamController } from './stream/stream.controller';
import { SyncGateway } from './sync.gateway';
import { TypingChannel } from './typing/typing-channel';
import { TypingFrames } from './typing/typing-frames';
import { TypingGateway } from './typing/typing.gateway';
import { TypingService } from './typing/typing.service';
import { ToldCounts } from './unread/told-counts';
import { UnreadCache } from './unread/unread-cache';
import { UnreadCheck } from './unread/unread-check';
import { UnreadCounts } from './unread/unread-counts';

/** Sockets: who is let in, what they may ask, and how all of them on all nodes hear what was committed. */
@Module({
  imports: [
    AuthModule,
    ClusterModule,
    ConversationsModule,
    MessagesModule,
    OutboxModule,
    PresenceModule,
    RateLimitModule,
    RecordingModule,
    RedisModule,
    SyncModule,
  ],
  controllers: [StreamController],
  providers: [
    Arrivals,
    ConnectionDoor,
    Handshake,
    SessionExpiry,
    SessionRefresh,
    SessionRevocation,
    ConnectionLimit,
    ConnectionRegister,
    SocketDrain,
    EventRecords,
    LocalSockets,
    SlowConsumers,
    HeldDeliveries,
    OwedSyncs,
    SocketReplay,
    CatchUp,
    DeliveryNotices,
    {
      provide: ConversationSequencer,
      inject: [HistoryService, LocalSockets, CatchUp, DeliveryNotices],
      useFactory: sequencer,
    },
    FrameChannels,
    FramePublisher,
    FrameListener,
    DepartedNodes,
    Fanout,
    LiveStreams,
    SessionsGateway,
    MessagesGateway,
    ReceiptsGateway,
    SyncGateway,
    ToldCounts,
    UnreadCache,
    UnreadCounts,
    UnreadCheck,
    TypingChannel,
    TypingFrames,
    TypingService,
    TypingGateway,
    PresenceSubscriptions,
    PresenceFrames,
    PresenceWatch,
    PresenceDoubts,
    DeadNodePresence,
    PresenceGateway,
  ],
  exports: [LocalSockets, FrameChannels],
})
export class RealtimeModule {}

function sequencer(
  history: HistoryService,
  sockets: LocalSockets,
  catchUp: CatchUp,
  notices: DeliveryNotices,
): ConversationSequencer {
  return new ConversationSequencer(history, {
    deliver: (delivery) => {
      sockets.deliver(delivery);
      notices.tell(delivery);
    },
    deliverLate: (delivery) => notices.tell(delivery),
    include: (tenantId, userIds) => sockets.include(tenantId, userIds),
    missed: (tenantId, userIds) => catchUp.these(tenantId, userIds),
  });
}
