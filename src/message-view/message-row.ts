/** A message as SQL hands it out: the columns of `messageColumns`. */
export interface MessageRow {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly rev: number;
  readonly senderId: string | null;
  readonly type: string;
  readonly content: string | null;
  readonly payload: Record<string, unknown> | null;
  readonly metadata: Record<string, unknown> | null;
  readonly clientMessageId: string | null;
  readonly sentAt: Date | string;
  readonly editedAt: Date | string | null;
  readonly deletedAt: Date | string | null;
  readonly expiresAt: Date | string | null;
  readonly replyTo: RepliedTo | null;
}

/** The original of a reply. `content` is null where the reader may not see it. */
export interface RepliedTo {
  readonly id: string;
  readonly seq: number;
  readonly senderId: string | null;
  readonly content: string | null;
}

/** How far all the other participants have got: what a sender's `status` is made of. */
export interface OthersProgress {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}
