import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { OutboxModule } from '../outbox';
import { HistoryService } from './history.service';
import { MessagesController } from './messages.controller';
import { MessagesRepository } from './messages.repository';
import { MessagesService } from './messages.service';
import { MessagePartitions } from './partitions/message-partitions.repository';
import { PartitionKeeper } from './partitions/partition-keeper';
import { MessagePolicies } from './policies/message-policies';
import { MessageTypes } from './types/message-types';
import { TextMessage } from './types/text-message';
import { MessageLog } from './write-path/message-log.repository';
import { WritePath } from './write-path/write-path';

@Module({
  imports: [DiscoveryModule, OutboxModule],
  controllers: [MessagesController],
  providers: [
    MessagesService,
    HistoryService,
    MessagesRepository,
    MessageTypes,
    MessagePolicies,
    TextMessage,
    MessageLog,
    WritePath,
    MessagePartitions,
    PartitionKeeper,
  ],
  exports: [MessagesService, HistoryService, MessagePartitions],
})
export class MessagesModule {}
