import type { Delivery } from '../fanout/delivery';

/** What is looked at of a payload. It may come from another node, and nothing of it is believed to be there. */
interface Looked {
  readonly userId?: unknown;
  readonly message?: { readonly senderId?: unknown; readonly type?: unknown } | null;
}

/** For whom a change may alter the number of unread messages of its conversation: for most changes, nobody. */
export interface Affected {
  readonly people: readonly string[];
  /** Who wrote it, and so has read everything before it: nothing is unread now, and mostly nothing was. */
  readonly writer?: string;
  /** Who is not in it any more, and is to hear nothing more of it. */
  readonly removed?: string;
}

const NOBODY: Affected = { people: [] };

export function affectedBy({ audience, packet }: Delivery): Affected {
  if (packet === null) return NOBODY;
  const { userId, message } = packet.payload as Looked;
  switch (packet.event) {
    case 'new_message':
      return message?.type === 'system' ? NOBODY : withoutWriter(audience, message?.senderId);
    case 'message_deleted':
      // To its sender it was not unread.
      return { people: withoutWriter(audience, message?.senderId).people };
    case 'messages_read':
    case 'participant_added':
      return typeof userId === 'string' ? { people: [userId] } : NOBODY;
    case 'participant_removed':
      return typeof userId === 'string' ? { people: [userId], removed: userId } : NOBODY;
    default:
      return NOBODY;
  }
}

function withoutWriter(audience: readonly string[], senderId: unknown): Affected {
  if (typeof senderId !== 'string' || !audience.includes(senderId)) return { people: audience };
  return { people: audience.filter((userId) => userId !== senderId), writer: senderId };
}
