export { ConversationChange } from './change/conversation-change';
export { ConversationChanges } from './change/conversation-changes';
export { ConversationNotFound } from './conversation.errors';
export { ConversationsModule } from './conversations.module';
export { ConversationParams } from './dto/conversation-params.dto';
export { PublicConversationDto } from './dto/conversation.dto';
