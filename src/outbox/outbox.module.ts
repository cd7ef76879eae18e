import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ClusterModule } from '../cluster';
import { RecordingModule } from '../telemetry';
import { EventBus } from './bus/event-bus';
import { RedisStreamsBus } from './bus/redis-streams-bus';
import { EventAnnouncer } from './event-announcer';
import { OutboxRepository } from './outbox.repository';
import { OrphanedEvents } from './publisher/orphaned-events';
import { OutboxCleaner } from './publisher/outbox-cleaner';
import { OutboxEventsRepository } from './publisher/outbox-events.repository';
import { OutboxPublisher } from './publisher/outbox-publisher';
import { OutboxShardsRepository } from './publisher/outbox-shards.repository';
import { PublisherMetrics } from './publisher/publisher.metrics';
import { RecentEvents } from './publisher/recent-events';
import { StoredEvents } from './publisher/stored-events';
import { ReactionRunner } from './reaction-runner';

@Module({
  imports: [DiscoveryModule, ClusterModule, RecordingModule],
  providers: [
    EventAnnouncer,
    OutboxRepository,
    ReactionRunner,
    OutboxEventsRepository,
    OutboxShardsRepository,
    StoredEvents,
    RecentEvents,
    PublisherMetrics,
    OutboxPublisher,
    OrphanedEvents,
    OutboxCleaner,
    { provide: EventBus, useClass: RedisStreamsBus },
  ],
  exports: [EventAnnouncer, OutboxRepository],
})
export class OutboxModule {}
