import type { MessageRow } from '../message-view';

export type ConversationType = 'direct' | 'group' | 'business';
export type ParticipantRole = 'customer' | 'agent' | 'business' | 'member' | 'admin';

/** A conversation as one of its participants sees it, as SQL hands it out. */
export interface ConversationRow {
  readonly id: string;
  readonly type: ConversationType;
  readonly rev: number;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly businessId: string | null;
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
  readonly lastSeq: number;
  readonly messageTtlSeconds: number | null;
  readonly participants: readonly ParticipantRow[];
  readonly lastMessage: MessageRow | null;
  readonly unreadCount: number;
  readonly isMuted: boolean;
}

/** Times inside JSON built by Postgres arrive as text. */
export interface ParticipantRow {
  readonly userId: string;
  readonly role: ParticipantRole;
  readonly joinedAt: string;
  readonly lastReadSeq: number;
  readonly lastDeliveredSeq: number;
  /** Whether others may learn `lastReadSeq`. */
  readonly readReceipts: boolean;
  /** The other side of this direct conversation, who then learns nothing of their progress. */
  readonly hasBlocked: boolean;
}
