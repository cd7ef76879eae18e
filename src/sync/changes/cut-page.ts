import type { MessageRow } from '../../message-view';
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

/** About: one more may follow. A page is a frame of a socket, too, and what a socket has not taken yet is bounded. */
const MOST_BYTES = 256 * 1024;

/**
 * Cuts a page of `limit` conversations and messages, together, out of what was found; fewer where they are long.
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
  const room = new Room(limit);
  let last = from;
  for (const conversation of conversations) {
    const { id } = conversation;
    const isContinued = from.messages !== undefined && id === from.conversationId;
    if (room.isFull) return { parts, position: last };
    if (!isContinued) room.take(sizeOfConversation(conversation));

    const own = messages.filter(({ conversationId }) => conversationId === id);
    const told: ChangedMessage[] = [];
    for (const message of own) {
      if (room.isFull) break;
      room.take(message.row === undefined ? 0 : sizeOfMessage(message.row));
      told.push(message);
    }
    parts.push({ conversation, isContinued, messages: told });
    if (told.length < own.length) {
      const reached = told.at(-1)?.position ?? beginningOf(own);
      return { parts, position: { conversationId: id, messages: reached } };
    }
    last = { conversationId: id };
  }
  return { parts, position: undefined };
}

class Room {
  private bytes = MOST_BYTES;

  constructor(private count: number) {}

  get isFull(): boolean {
    return this.count <= 0 || this.bytes <= 0;
  }

  take(bytes: number): void {
    this.count--;
    this.bytes -= bytes;
  }
}

/** Of the JSON, roughly: text is in it twice, and what is no ASCII takes more. */
function sizeOfMessage({ content, payload, metadata }: MessageRow): number {
  return 600 + 3 * (content?.length ?? 0) + JSON.stringify([payload, metadata]).length;
}

function sizeOfConversation(conversation: ChangedConversation): number {
  if (conversation.hasLeft || conversation.row === undefined) return 40;
  const { participants, lastMessage } = conversation.row;
  return 500 + 400 * participants.length + (lastMessage === null ? 0 : sizeOfMessage(lastMessage));
}

/** The conversation is on the page and none of its messages are. */
function beginningOf([first]: readonly ChangedMessage[]): ChangePosition['messages'] {
  return first && { ...first.position, part: 'changed', a: 0, b: 0 };
}
