import type { FinalState } from '../final-state';
import type { Attempt, History } from '../history';

/** What clients saw; the judges only look. */
export type Observed = Readonly<Pick<History, 'attempts' | 'sessions' | 'syncs' | 'troubles' | 'usage'>>;

/** @returns what is wrong, a line each; nothing where it holds. */
export type Invariant = (seen: Observed, end: FinalState) => string[];

/** What both, or all, find wrong. */
export function all(...invariants: readonly Invariant[]): Invariant {
  return (seen, end) => invariants.flatMap((invariant) => invariant(seen, end));
}

/** Frames that bring a message in its present state. */
export const MESSAGE_EVENTS: ReadonlySet<string> = new Set([
  'new_message',
  'message_updated',
  'message_deleted',
]);

/** All attempts of one message, in the order they were made. */
export interface Sending {
  readonly client: string;
  readonly conversationId: string;
  readonly key: string;
  readonly content: string;
  readonly attempts: readonly Attempt[];
}

export function sendings({ attempts }: Observed): Sending[] {
  const byKey = new Map<string, Sending & { attempts: Attempt[] }>();
  for (const attempt of attempts) {
    const { action, client } = attempt;
    if (action.kind !== 'send') continue;
    const known = byKey.get(action.key);
    if (known === undefined) byKey.set(action.key, { ...action, client, attempts: [attempt] });
    else known.attempts.push(attempt);
  }
  return [...byKey.values()];
}

/** What holds them together by `key`, in the order they came. */
export function grouped<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** The same user in the same conversation. */
export function place(conversationId: string, userId: string): string {
  return `${userId} in ${conversationId}`;
}

/** Whether somebody may read a seq: a stay of theirs covers it. */
export function readable({
  stays,
}: FinalState): (conversationId: string, userId: string, seq: number) => boolean {
  const byPlace = grouped(stays, ({ conversationId, userId }) => place(conversationId, userId));
  return (conversationId, userId, seq) =>
    (byPlace.get(place(conversationId, userId)) ?? []).some(
      ({ from, to }) => from <= seq && (to === null || seq < to),
    );
}

/** The first moment from `at` on at which nothing was broken; Infinity where it never healed. */
export function healedFrom({ troubles }: Observed, at: number): number {
  let healed = at;
  for (const { from, until } of [...troubles].sort((a, b) => a.from - b.from))
    if (from <= healed) healed = Math.max(healed, until ?? Infinity);
  return healed;
}
