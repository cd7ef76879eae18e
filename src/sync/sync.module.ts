import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations';
import { ProfileModule } from '../profile';
import { ChangedConversations } from './changes/changed-conversations.repository';
import { ChangedMessages } from './changes/changed-messages.repository';
import { ChangeWalk } from './changes/change-walk';
import { HorizonRepository } from './horizon.repository';
import { SyncController } from './sync.controller';
import { SyncService } from './sync.service';

/** What changed since: a read model over the core, which knows nothing of it. */
@Module({
  imports: [ConversationsModule, ProfileModule],
  controllers: [SyncController],
  providers: [SyncService, HorizonRepository, ChangeWalk, ChangedConversations, ChangedMessages],
  exports: [SyncService],
})
export class SyncModule {}
