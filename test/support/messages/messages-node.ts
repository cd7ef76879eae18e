import type { Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule, loadConfig } from '../../../src/config';
import { ConversationChanges } from '../../../src/conversations';
import { ConversationChangesRepository } from '../../../src/conversations/change/conversation-changes.repository';
import { DatabaseModule } from '../../../src/database';
import {
  EditingService,
  HistoryService,
  type MessagePolicy,
  MissedMessagesService,
  Policy,
} from '../../../src/messages';
import { EditingRepository } from '../../../src/messages/editing/editing.repository';
import { ExpiryRepository } from '../../../src/messages/expiry/expiry.repository';
import { MessageExpirer } from '../../../src/messages/expiry/message-expirer';
import { MessageScrubber } from '../../../src/messages/expiry/message-scrubber';
import { MessagesRepository } from '../../../src/messages/messages.repository';
import { MissedMessagesRepository } from '../../../src/messages/missed/missed-messages.repository';
import { MessagePolicies } from '../../../src/messages/policies/message-policies';
import { MessageTypes } from '../../../src/messages/types/message-types';
import { TextMessage } from '../../../src/messages/types/text-message';
import { type Announcement, EventAnnouncer, OutboxModule } from '../../../src/outbox';

/** Lets everything through until a test makes it stricter. */
@Policy()
export class Moderation implements MessagePolicy {
  readonly name = 'moderation';
  readonly order = 1;
  readonly onFailure = 'refuse';
  review: MessagePolicy['review'] = () => ({ verdict: 'allow' });
}

/** What changes stored messages, as one node has it: without doors, and with nothing going on by itself. */
export class MessagesNode {
  /** What it told of, in order. */
  readonly told: Announcement[] = [];

  private constructor(private readonly module: TestingModule) {
    this.get(EventAnnouncer).listen((announcements) => void this.told.push(...announcements));
  }

  static async start(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<MessagesNode> {
    const secrets = {
      JWT_SECRET: 'x'.repeat(32),
      SERVICE_TOKEN: 'x'.repeat(32),
      KAHA_SERVICE_TOKEN: 'x'.repeat(32),
    };
    const urls = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: 'redis://127.0.0.1',
      KAHA_BASE_URL: 'http://127.0.0.1',
    };
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.with(loadConfig({ ...secrets, ...urls, ...env })),
        DatabaseModule.with([]),
        DiscoveryModule,
        OutboxModule,
      ],
      providers: [
        ConversationChanges,
        ConversationChangesRepository,
        MessagesRepository,
        HistoryService,
        MessageTypes,
        TextMessage,
        MessagePolicies,
        Moderation,
        EditingService,
        EditingRepository,
        ExpiryRepository,
        MessageExpirer,
        MessageScrubber,
        MissedMessagesRepository,
        MissedMessagesService,
      ],
    }).compile();
    await module.init();
    return new MessagesNode(module);
  }

  get<T>(type: Type<T>): T {
    return this.module.get(type);
  }

  /** A round of its expiry. */
  async expires(): Promise<void> {
    await this.get(MessageExpirer).run(new AbortController().signal);
  }

  /** A round of its scrubbing. */
  async scrubs(): Promise<void> {
    await this.get(MessageScrubber).run(new AbortController().signal);
  }

  async stop(): Promise<void> {
    await this.module.close();
  }
}
