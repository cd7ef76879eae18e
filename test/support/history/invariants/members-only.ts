import type { Attempt, SeenMessage } from '../history';
import { grouped, type Invariant, place, readable, sendings } from './invariant';

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
        MESSAGES.has(event) ? leaked(client, `heard by ${event}`, (frame as Frame).message) : [],
      ),
    ),
    ...end.histories.flatMap(({ reader, messages }) =>
      messages.flatMap((message) => leaked(reader, 'read', message)),
    ),
  ];
};

type Frame = { readonly message: SeenMessage };

const MESSAGES = new Set(['new_message', 'message_updated', 'message_deleted']);

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
