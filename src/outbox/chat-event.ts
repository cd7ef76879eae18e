/** What happened, in the words other services know. */
export type ChatEventType =
  | 'ConversationCreated'
  | 'ConversationUpdated'
  | 'ParticipantAdded'
  | 'ParticipantRemoved'
  | 'MessageCreated'
  | 'MessageUpdated'
  | 'MessageDeleted'
  | 'MessageExpired'
  | 'MessageDelivered'
  | 'MessageRead';

/**
 * A change that has been committed, together with its row in the outbox. It carries the public object only,
 * no viewer's own fields, so that one encoding serves everybody who may hear it.
 */
export interface ChatEvent<Payload = unknown> {
  /** UUIDv7. */
  readonly eventId: string;
  readonly eventType: ChatEventType;
  readonly schemaVersion: number;
  readonly occurredAt: Date;
  /** W3C trace id of the request that caused it: 32 hex digits. */
  readonly traceId: string;
  readonly tenantId: string;
  /** The conversation. Events of one key keep their order. */
  readonly key: string;
  /**
   * The conversation's revision that this change made: one more than the change before it. Receipts change no
   * revision and carry the latest.
   */
  readonly rev: number;
  readonly payload: Payload;
}

/** An event with what its announcement on this process needs to know beyond the public envelope. */
export interface Announcement {
  readonly event: ChatEvent;
  /** Users who may hear it: the members at that revision, as the commit saw them. */
  readonly audience: readonly string[];
  /** Milliseconds between the conversation's change before this one and this one, by the database's clock. */
  readonly sincePreviousMs: number;
}
