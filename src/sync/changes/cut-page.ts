import type { ChangePosition } from '../sync-token';
import type { ChangedConversation } from './changed-conversations.repository';
import type { ChangedMessage } from './changed-messages.repository';

/** What a page has of one conversation. */
export interface PagePart {
  readonly conversation: ChangedConversation;
  /** Whether the page before had it, and only further messages are told here. */
  readonly isContinued: boolean;
  readonly messages: readonly ChangedMessage[];
}

/**
 * Cuts a page of `limit` conversations and messages, together, out of what was found.
 *
 * @param conversations by id, one more than the limit where there are as many.
 * @param messages of them, in their order, likewise.
 * @param from where the page before ended.
 * @returns with `position`, where this one ends, unless there is nothing after it.
 */
export function cutPage(
  conversations: readonly ChangedConversation[],
  messages: readonly ChangedMessage[],
  from: ChangePosition,
  limit: number,
): { parts: PagePart[]; position: ChangePosition | undefined } {
  const parts: PagePart[] = [];
  let room = limit;
  let last = from;
  for (const conversation of conversations) {
    const { id } = conversation;
    const isContinued = from.messages !== undefined && id === from.conversationId;
    if (room === 0) return { parts, position: last };
    if (!isContinued) room--;

    const own = messages.filter(({ conversationId }) => conversationId === id);
    const told = own.slice(0, room);
    parts.push({ conversation, isContinued, messages: told });
    room -= told.length;
    if (told.length < own.length) {
      const reached = told.at(-1)?.position ?? beginningOf(own);
      return { parts, position: { conversationId: id, messages: reached } };
    }
    last = { conversationId: id };
  }
  return { parts, position: undefined };
}

/** The conversation is on the page and none of its messages are. */
function beginningOf([first]: readonly ChangedMessage[]): ChangePosition['messages'] {
  return first && { ...first.position, part: 'changed', a: 0, b: 0 };
}
