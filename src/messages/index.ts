export { MessageParams } from './dto/message-params.dto';
export { SendMessageDto } from './dto/send-message.dto';
export { EditMessageDto } from './editing/edit-message.dto';
export { EditingService, type MessageAddress } from './editing/editing.service';
export { HistoryService, type MessagePage } from './history.service';
export { IdempotencyKeyReused, MessageNotFound, MessageRefused } from './message.errors';
export type { MessageCreated, MessageDeleted, MessageExpired, MessageUpdated } from './message.events';
export { MessagesModule } from './messages.module';
export type { HistoryWindow } from './messages.repository';
export { MessagesService, type SendMessage, type Sent } from './messages.service';
export {
  type MissedMessages,
  MissedMessagesService,
  type MissedPosition,
} from './missed/missed-messages.service';
export { MessagePartitions } from './partitions/message-partitions.repository';
export {
  type MessagePolicy,
  Policy,
  type PolicyVerdict,
  type ReviewedMessage,
} from './policies/message-policy';
export {
  type MessageBody,
  type MessageOrigin,
  MessageType,
  type MessageTypeHandler,
  type PreparedBody,
} from './types/message-type';
