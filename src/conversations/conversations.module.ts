import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox';
import { ProfileModule } from '../profile';
import { UsersModule } from '../users';
import { ConversationChanges } from './change/conversation-changes';
import { ConversationChangesRepository } from './change/conversation-changes.repository';
import { MemberChanges } from './change/member-changes';
import { ConversationsController } from './conversations.controller';
import { ConversationsRepository } from './conversations.repository';
import { ConversationsService } from './conversations.service';
import { DetailsController } from './details/details.controller';
import { DetailsRepository } from './details/details.repository';
import { DetailsService } from './details/details.service';
import { GroupsRepository } from './groups/groups.repository';
import { GroupsService } from './groups/groups.service';
import { InboxRepository } from './inbox.repository';
import { Founding } from './opening/founding';
import { ListenersRepository } from './listeners/listeners.repository';
import { ListenersService } from './listeners/listeners.service';
import { ParticipantsController } from './participants/participants.controller';
import { ParticipantsRepository } from './participants/participants.repository';
import { ParticipantsService } from './participants/participants.service';
import { ReadableConversations } from './readable-conversations';
import { ReceiptsController } from './receipts/receipts.controller';
import { ReceiptsRepository } from './receipts/receipts.repository';
import { ReceiptsService } from './receipts/receipts.service';
import { UnreadRepository } from './unread/unread.repository';
import { UnreadService } from './unread/unread.service';
import { VisibilityModule } from './visibility/visibility.module';

@Module({
  imports: [OutboxModule, ProfileModule, UsersModule, VisibilityModule],
  controllers: [ConversationsController, DetailsController, ParticipantsController, ReceiptsController],
  providers: [
    ConversationsService,
    ConversationsRepository,
    InboxRepository,
    ReadableConversations,
    Founding,
    GroupsService,
    GroupsRepository,
    ConversationChanges,
    ConversationChangesRepository,
    MemberChanges,
    ParticipantsService,
    ParticipantsRepository,
    DetailsService,
    DetailsRepository,
    ReceiptsService,
    ReceiptsRepository,
    UnreadRepository,
    UnreadService,
    ListenersService,
    ListenersRepository,
  ],
  exports: [
    ConversationChanges,
    ConversationsService,
    ListenersService,
    ReadableConversations,
    ReceiptsService,
    UnreadService,
  ],
})
export class ConversationsModule {}
