import type { FinalState } from '../final-state';
import type { SeenMessage, Session } from '../history';
import { grouped, healedFrom, type Invariant, type Observed, readable } from './invariant';

/** After this a client must know that it missed something. */
const TOLD_WITHIN_MS = 5_000;
/** How much the clock of Postgres and ours may differ when both are asked at once. */
const CLOCKS_MS = 20;

/** I4: who listens hears in order; what they miss they are told of, or they had to come again anyway. */
export const liveOrder: Invariant = (seen, end) => {
  const stored = grouped(end.stored, ({ conversationId }) => conversationId);
  const mayRead = readable(end);
  return seen.sessions.flatMap((session) => {
    const heard = grouped(newMessages(session), ({ message }) => message.conversationId);
    return end.conversations.flatMap(({ id }) => {
      const theirs = (stored.get(id) ?? []).filter(({ seq }) => mayRead(id, session.client, seq));
      const live = heard.get(id) ?? [];
      return [...outOfOrder(session, live), ...untold(seen, session, live, theirs)];
    });
  });
};

interface Live {
  readonly at: number;
  readonly message: SeenMessage;
}

function newMessages({ heard }: Session): Live[] {
  return heard.flatMap(({ at, event, frame }) => {
    if (event !== 'new_message') return [];
    const { message, replayed } = frame as { message: SeenMessage; replayed?: true };
    return replayed ? [] : [{ at, message }];
  });
}

function outOfOrder({ client, node }: Session, live: readonly Live[]): string[] {
  return live.flatMap(({ message: { conversationId, seq } }, index) => {
    const before = live[index - 1]?.message.seq ?? 0;
    return before < seq
      ? []
      : [`${client} at node ${node} heard seq ${seq} of ${conversationId} after ${before}`];
  });
}

/** What was written while they listened, was not heard, and was not told of in time. */
function untold(
  seen: Observed,
  { client, node, readyAt, endedAt, heard }: Session,
  live: readonly Live[],
  theirs: FinalState['stored'],
): string[] {
  const seqs = new Set(live.map(({ message }) => message.seq));
  const told = heard.filter(({ event }) => event === 'sync_required').map(({ at }) => at);
  const missed = theirs.find(({ seq, sentAt }) => {
    const at = Date.parse(sentAt);
    if (seqs.has(seq) || at <= readyAt + CLOCKS_MS) return false;
    const deadline = healedFrom(seen, at) + TOLD_WITHIN_MS;
    if (endedAt !== null && endedAt <= deadline) return false;
    return !told.some((when) => when >= at - CLOCKS_MS && when <= deadline);
  });
  return missed === undefined
    ? []
    : [
        `${client} at node ${node} never heard seq ${missed.seq} of ${missed.conversationId}, nor of having missed it`,
      ];
}
