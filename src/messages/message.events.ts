import type { MessageDto } from '../message-view';
import type { ChatEvent } from '../outbox';

/** A message has been stored. */
export type MessageCreated = ChatEvent<{ readonly message: MessageDto }>;
