import type { RepliedTo } from '../../message-view';
import type { MessageOrigin, PreparedBody } from '../types/message-type';

/** A message that has passed its type's handler and all policies, ready to be committed. */
export interface Draft extends MessageOrigin, PreparedBody {
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly replyToId: string | null;
  readonly expiresInSeconds: number | null;
  /** The idempotency key, with the hash of the body it stands for. */
  readonly clientMessageId: string | null;
  readonly bodyHash: Buffer | null;
  readonly traceId: string;
}

/** What became of a draft: see `append_messages` in migrations for each verdict. */
export type AppendOutcome = AppendedOutcome | ReplayedOutcome | RefusedOutcome;

export interface AppendedOutcome {
  readonly verdict: 'appended';
  readonly messageId: string;
  readonly seq: number;
  readonly rev: number;
  readonly sentAt: Date;
  readonly expiresAt: Date | null;
  readonly sincePreviousMs: number;
  /** The members at this seq. */
  readonly audience: readonly string[];
  readonly replyTo: RepliedTo | null;
}

export interface ReplayedOutcome {
  readonly verdict: 'replayed';
  /** The message that the same key and body made before. */
  readonly messageId: string;
}

export interface RefusedOutcome {
  readonly verdict: 'conversation_not_found' | 'blocked' | 'key_reused' | 'reply_not_found' | 'locked';
}
