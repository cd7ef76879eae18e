import type { SeenMessage, Session } from '../history';
import { grouped, type Invariant, place, readable } from './invariant';

/** I5: who is still there in the end was told last, of each of their conversations, what is unread by then. */
export const toldCounts: Invariant = ({ sessions }, end) => {
  const counts = new Map(
    end.counts.map((count) => [place(count.conversationId, count.reader), count.unreadCount]),
  );
  const stored = grouped(end.stored, ({ conversationId }) => conversationId);
  const mayRead = readable(end);
  return sessions
    .filter(({ endedAt }) => endedAt === null)
    .flatMap((session) =>
      end.conversations.flatMap(({ id }) => {
        const { client, node } = session;
        const right = counts.get(place(id, client));
        if (right === undefined) return [];
        const told = lastTold(session, id);
        const others = (stored.get(id) ?? []).filter(
          (message) => isByAnother(message, session) && mayRead(id, client, message.seq),
        );
        // Who was told nothing has what they read when they came.
        if (told === undefined && (right === 0 || others.length === 0)) return [];
        return told === right
          ? []
          : [`${client} at node ${node} was told that ${told} are unread in ${id}, and not ${right}`];
      }),
    );
};

function lastTold({ heard }: Session, conversationId: string): number | undefined {
  const frames = heard.flatMap(({ event, frame }) =>
    event === 'unread_changed' ? [frame as { conversationId: string; unreadCount: number }] : [],
  );
  return frames.findLast((frame) => frame.conversationId === conversationId)?.unreadCount;
}

/** Written by somebody else, when they were there. */
function isByAnother({ senderId, type, sentAt }: SeenMessage, { client, readyAt }: Session): boolean {
  return senderId !== client && type !== 'system' && Date.parse(sentAt) > readyAt;
}
