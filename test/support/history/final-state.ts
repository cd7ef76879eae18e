import type { SeenMessage, SyncedPage } from './history';

/** A history as one member read it, page by page, at one node. Ascending by seq. */
export interface ReadHistory {
  readonly reader: string;
  readonly node: number;
  readonly conversationId: string;
  readonly pageSize: number;
  readonly messages: readonly SeenMessage[];
}

/** All that somebody is told who comes to a node with the first token they had. */
export interface ReadSync extends SyncedPage {
  readonly reader: string;
  readonly node: number;
}

/** What somebody is told of a conversation of theirs, by their inbox or what has changed. */
export interface ReadCount {
  readonly reader: string;
  readonly node: number;
  readonly conversationId: string;
  readonly lastReadSeq: number;
  readonly unreadCount: number;
}

/** A stay of somebody in a conversation: they may read `from` and all up to, and without, `to`. null: to this day. */
export interface Stay {
  readonly conversationId: string;
  readonly userId: string;
  readonly from: number;
  readonly to: number | null;
}

/** The envelope other services get. */
export interface BusEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly key: string;
  readonly rev: number;
  readonly payload: unknown;
}

/** What is there when everything is healed and at rest. */
export interface FinalState {
  /** The rows of Postgres. */
  readonly stored: readonly SeenMessage[];
  readonly conversations: readonly { readonly id: string; readonly lastSeq: number; readonly rev: number }[];
  readonly stays: readonly Stay[];
  /** As the service shows it, to every member, at every node. */
  readonly histories: readonly ReadHistory[];
  readonly counts: readonly ReadCount[];
  readonly syncs: readonly ReadSync[];
  /** The stream, from its beginning; null: it was lost, with the Redis that it was in. */
  readonly bus: readonly BusEvent[] | null;
  /** Events that were never published. */
  readonly backlog: number;
}
