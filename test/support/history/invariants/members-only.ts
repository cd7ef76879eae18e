import type { Attempt, SeenMessage, Session, Synced } from '../history';
import { grouped, type Invariant, MESSAGE_EVENTS, place, readable, sendings } from './invariant';

/**
 * I6: nobody reads or hears what is not for them, whatever is broken. Asked of the stays that are stored, and, not to
 * believe these, of what those who removed somebody were told.
 */
export const membersOnly: Invariant = (seen, end) => {
  const mayRead = readable(end);
  const removed = removals(seen.attempts);
  const sentFrom = new Map(sendings(seen).map(({ key, attempts }) => [key, attempts[0]?.invokedAt ?? 0]));

  const leaked = (who: string, how: string, message: SeenMessage): string[] => {
    const { conversationId, seq, clientMessageId } = message;
    const where = place(conversationId, who);
    const sentAt = sentFrom.get(clientMessageId ?? '');
    const was = (removed.get(where) ?? []).some(
      ({ from, to }) => sentAt !== undefined && sentAt > from && sentAt < to,
    );
    if (mayRead(conversationId, who, seq) && !was) return [];
    return [
      `${who} ${how} seq ${seq} of ${conversationId}${was ? ', which was sent after their removal' : ''}`,
    ];
  };
  return [
    ...seen.sessions.flatMap(({ client, heard }) =>
      heard.flatMap(({ event, frame }) =>
        MESSAGE_EVENTS.has(event) ? leaked(client, `heard by ${event}`, (frame as Frame).message) : [],
      ),
    ),
    ...end.histories.flatMap(({ reader, messages }) =>
      messages.flatMap((message) => leaked(reader, 'read', message)),
    ),
    ...seen.syncs.flatMap(({ client, page }) =>
      (page?.messages ?? []).flatMap((message) => leaked(client, 'was told', message)),
    ),
    ...end.syncs.flatMap(({ reader, messages }) =>
      messages.flatMap((message) => leaked(reader, 'is told', message)),
    ),
    ...seen.sessions.flatMap((session) => overheard(session, removed)),
    ...seen.syncs.flatMap((synced) => toldAfterwards(synced, removed)),
  ];
};

/** Of a conversation that they were out of, for so long that nothing can have been on its way. */
function overheard({ client, heard }: Session, removed: ReadonlyMap<string, readonly Absence[]>): string[] {
  return heard.flatMap(({ at, event, frame }) => {
    const conversationId = event === 'participant_removed' ? undefined : conversationOf(frame);
    if (conversationId === undefined) return [];
    const absences = removed.get(place(conversationId, client)) ?? [];
    return absences.some(({ from, to }) => at > from + ON_ITS_WAY_MS && at < to)
      ? [`${client} heard ${event} of ${conversationId} after their removal`]
      : [];
  });
}

/** Asked for when they were out already, and answered before they were in again. */
function toldAfterwards(
  { client, askedAt, at, page }: Synced,
  removed: ReadonlyMap<string, readonly Absence[]>,
): string[] {
  const ids = new Set([
    ...(page?.conversations ?? []).map(({ id }) => id),
    ...(page?.receipts ?? []).map(({ conversationId }) => conversationId),
  ]);
  return [...ids].flatMap((id) =>
    (removed.get(place(id, client)) ?? []).some(({ from, to }) => askedAt > from && at < to)
      ? [`${client} was told what has changed of ${id} after their removal`]
      : [],
  );
}

function conversationOf(frame: unknown): string | undefined {
  const { conversationId, message, conversation } = (frame ?? {}) as {
    conversationId?: string;
    message?: SeenMessage;
    conversation?: { id: string };
  };
  return conversationId ?? message?.conversationId ?? conversation?.id;
}

type Frame = { readonly message: SeenMessage };

/** From the answer to a removal to the last that is heard at another node. */
const ON_ITS_WAY_MS = 1_000;

interface Absence {
  readonly from: number;
  readonly to: number;
}

/** When somebody was certainly out: from the answer to a removal until somebody asked to have them back. */
function removals(attempts: readonly Attempt[]): Map<string, Absence[]> {
  const whom = ({ action }: Attempt): string =>
    'userId' in action ? place(action.conversationId, action.userId) : '';
  const changes = grouped(
    attempts.filter(({ action }) => action.kind === 'add' || action.kind === 'remove'),
    whom,
  );
  return new Map(
    [...changes].map(([where, made]) => [
      where,
      made
        .filter(({ action, outcome }) => action.kind === 'remove' && outcome.phase === 'ok')
        .map(({ invokedAt, endedAt }) => {
          const adding = made.filter(
            (other) =>
              other.action.kind === 'add' && other.outcome.phase !== 'fail' && stillOpen(other, invokedAt),
          );
          const to = Math.min(Infinity, ...adding.map((other) => other.invokedAt));
          return { from: endedAt ?? Infinity, to };
        }),
    ]),
  );
}

/** It may have happened after `at`. */
function stillOpen({ outcome, endedAt }: Attempt, at: number): boolean {
  return outcome.phase === 'info' || (endedAt ?? Infinity) > at;
}
