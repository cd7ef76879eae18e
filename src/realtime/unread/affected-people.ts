import type { Delivery } from '../fanout/delivery';
import type { LiveEvent } from '../fanout/live-packet';

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

type Rule = (looked: Looked, audience: readonly string[]) => Affected;

const whoItIsAbout: Rule = ({ userId }) => (typeof userId === 'string' ? { people: [userId] } : NOBODY);

const RULES: Partial<Record<LiveEvent, Rule>> = {
  new_message: ({ message }, audience) =>
    message?.type === 'system' ? NOBODY : withoutWriter(audience, message?.senderId),
  // To its sender it was not unread.
  message_deleted: ({ message }, audience) => ({ people: withoutWriter(audience, message?.senderId).people }),
  messages_read: whoItIsAbout,
  participant_added: whoItIsAbout,
  participant_removed: ({ userId }) =>
    typeof userId === 'string' ? { people: [userId], removed: userId } : NOBODY,
};

export function affectedBy({ audience, packet }: Delivery): Affected {
  if (packet === null) return NOBODY;
  return RULES[packet.event]?.(packet.payload, audience) ?? NOBODY;
}

function withoutWriter(audience: readonly string[], senderId: unknown): Affected {
  if (typeof senderId !== 'string' || !audience.includes(senderId)) return { people: audience };
  return { people: audience.filter((userId) => userId !== senderId), writer: senderId };
}
