import type { FinalState, ReadCount } from '../final-state';
import type { Attempt } from '../history';
import { grouped, type Invariant, place, readable } from './invariant';

const MOST_COUNTED = 1_000;

/** I5: what is unread is what was not read; marks never go back. */
export const counts: Invariant = ({ attempts }, end) => {
  const marks = grouped(
    attempts.filter(({ action, outcome }) => action.kind === 'read' && outcome.phase === 'ok'),
    ({ action, client }) => place(action.conversationId, client),
  );
  return [
    ...[...marks].flatMap(([where, made]) => movedBack(where, made)),
    ...wrongCounts(end),
    ...end.counts.flatMap(({ reader, conversationId, lastReadSeq }) => {
      const where = place(conversationId, reader);
      const highest = Math.max(0, ...(marks.get(where) ?? []).map(({ outcome }) => outcome.lastReadSeq ?? 0));
      return lastReadSeq < highest ? [`the mark of ${where} is ${lastReadSeq} and was ${highest}`] : [];
    }),
  ];
};

function movedBack(where: string, marks: readonly Attempt[]): string[] {
  return marks.flatMap(({ invokedAt, outcome: { lastReadSeq = 0 } }) => {
    const before = marks.filter(({ endedAt }) => endedAt !== null && endedAt < invokedAt);
    const highest = Math.max(0, ...before.map(({ outcome }) => outcome.lastReadSeq ?? 0));
    return lastReadSeq < highest ? [`the mark of ${where} went back from ${highest} to ${lastReadSeq}`] : [];
  });
}

function wrongCounts(end: FinalState): string[] {
  const stored = grouped(end.stored, ({ conversationId }) => conversationId);
  const mayRead = readable(end);
  const unread = ({ reader, conversationId, lastReadSeq }: ReadCount): number =>
    (stored.get(conversationId) ?? []).filter(
      ({ seq, senderId, type, deletedAt }) =>
        seq > lastReadSeq &&
        senderId !== reader &&
        type !== 'system' &&
        deletedAt === null &&
        mayRead(conversationId, reader, seq),
    ).length;
  return end.counts.flatMap((count) => {
    const { reader, node, conversationId, unreadCount } = count;
    const right = Math.min(MOST_COUNTED, unread(count));
    return unreadCount === right
      ? []
      : [
          `${place(conversationId, reader)} has ${unreadCount} unread at node ${node}, and should have ${right}`,
        ];
  });
}
