import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventAnnouncer } from './event-announcer';
import { OutboxRepository } from './outbox.repository';
import { ReactionRunner } from './reaction-runner';

@Module({
  imports: [DiscoveryModule],
  providers: [EventAnnouncer, OutboxRepository, ReactionRunner],
  exports: [EventAnnouncer, OutboxRepository],
})
export class OutboxModule {}
