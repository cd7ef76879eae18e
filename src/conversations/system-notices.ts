import type { ConversationChange } from './change/conversation-change';

/** What everybody in a conversation reads of a change to it, between the messages. */
export type SystemNotice =
  | { readonly action: 'joined' | 'removed'; readonly userId: string; readonly byUserId: string }
  | { readonly action: 'left'; readonly userId: string }
  | { readonly action: 'renamed'; readonly byUserId: string; readonly name: string | null }
  | {
      readonly action: 'timer_changed';
      readonly byUserId: string;
      readonly messageTtlSeconds: number | null;
    };

/**
 * Writes messages of type `system` in the transaction of the change they tell of. Whoever owns messages implements
 * it and provides it to the application, since conversations know no messages.
 */
export abstract class SystemNotices {
  /** Those who are members by now read it. */
  abstract write(change: ConversationChange, notice: SystemNotice): Promise<void>;
}
