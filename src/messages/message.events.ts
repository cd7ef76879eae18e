import type { MessageDto } from '../message-view';
import type { ChatEvent } from '../outbox';

type MessageEvent = ChatEvent<{ readonly message: MessageDto }>;

/** A message has been stored. */
export type MessageCreated = MessageEvent;

/** Its sender has changed what it says. */
export type MessageUpdated = MessageEvent;

/** Somebody has made a tombstone of it. */
export type MessageDeleted = MessageEvent;

/** Its time was over, and it became a tombstone. */
export type MessageExpired = MessageEvent;
