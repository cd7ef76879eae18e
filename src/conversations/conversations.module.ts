import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox';
import { ProfileModule } from '../profile';
import { UsersModule } from '../users';
import { ConversationChanges } from './change/conversation-changes';
import { ConversationChangesRepository } from './change/conversation-changes.repository';
import { ConversationsController } from './conversations.controller';
import { ConversationsRepository } from './conversations.repository';
import { ConversationsService } from './conversations.service';
import { InboxRepository } from './inbox.repository';

@Module({
  imports: [OutboxModule, ProfileModule, UsersModule],
  controllers: [ConversationsController],
  providers: [
    ConversationsService,
    ConversationsRepository,
    InboxRepository,
    ConversationChanges,
    ConversationChangesRepository,
  ],
  exports: [ConversationChanges],
})
export class ConversationsModule {}
