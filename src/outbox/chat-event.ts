/** What happened, in the words other services know. Each has a JSON Schema under `docs/events/`. */
export type ChatEventType =
  | 'ConversationCreated'
  | 'MessageCreated';

/**
 * A change that has been committed, with its row in the outbox. It carries the public object only:
 * no viewer's own fields, so that one encoding serves everybody who may hear it.
 */
export interface RecordedEvent<Type extends ChatEventType = ChatEventType, Payload = unknown> {
  /** UUIDv7. */
  readonly eventId: string;
  readonly eventType: Type;
  readonly schemaVersion: number;
  readonly occurredAt: Date;
  /** W3C trace id of the request that caused it. */
  readonly traceId: string;
  readonly tenantId: string;
  /** The conversation: events of one key stay in order. */
  readonly key: string;
  /** The conversation's revision that this change made. */
  readonly rev: number;
  readonly payload: Payload;
}
