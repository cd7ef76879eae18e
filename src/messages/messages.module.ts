import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ConversationsModule, SystemNotices } from '../conversations';
import { OutboxModule } from '../outbox';
import { RateLimitModule } from '../rate-limit';
import { RecordingModule } from '../telemetry';
import { EditingRepository } from './editing/editing.repository';
import { EditingService } from './editing/editing.service';
import { ExpiryRepository } from './expiry/expiry.repository';
import { MessageExpirer } from './expiry/message-expirer';
import { MessageScrubber } from './expiry/message-scrubber';
import { HistoryService } from './history.service';
import { InternalMessagesController } from './internal/internal-messages.controller';
import { MessagesController } from './messages.controller';
import { MessagesRepository } from './messages.repository';
import { MessagesService } from './messages.service';
import { MissedMessagesRepository } from './missed/missed-messages.repository';
import { MissedMessagesService } from './missed/missed-messages.service';
import { MessagePartitions } from './partitions/message-partitions.repository';
import { PartitionKeeper } from './partitions/partition-keeper';
import { MessagePolicies } from './policies/message-policies';
import { MessageTypes } from './types/message-types';
import { WrittenNotices } from './system/written-notices';
import { SystemMessage } from './types/system-message';
import { TextMessage } from './types/text-message';
import { MessageLog } from './write-path/message-log.repository';
import { WritePath } from './write-path/write-path';
import { WritePathMetrics } from './write-path/write-path.metrics';

/** Global because conversations, which know no messages, have theirs written here. */
@Global()
@Module({
  imports: [ConversationsModule, DiscoveryModule, OutboxModule, RateLimitModule, RecordingModule],
  controllers: [MessagesController, InternalMessagesController],
  providers: [
    MessagesService,
    HistoryService,
    MessagesRepository,
    MessageTypes,
    MessagePolicies,
    TextMessage,
    SystemMessage,
    WrittenNotices,
    { provide: SystemNotices, useExisting: WrittenNotices },
    MessageLog,
    WritePath,
    WritePathMetrics,
    MessagePartitions,
    PartitionKeeper,
    EditingService,
    EditingRepository,
    ExpiryRepository,
    MessageExpirer,
    MessageScrubber,
    MissedMessagesRepository,
    MissedMessagesService,
  ],
  exports: [
    SystemNotices,
    MessagesService,
    EditingService,
    HistoryService,
    MissedMessagesService,
    MessagePartitions,
  ],
})
export class MessagesModule {}
