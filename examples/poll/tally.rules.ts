import type { Poll } from './poll';
import type { Vote } from './vote';

/** How a poll stands. */
export interface Tally {
  /** In the order of the poll. */
  readonly options: readonly { readonly text: string; readonly votes: number }[];
  readonly voters: ReadonlySet<string>;
}

/**
 * The last vote of each person counts, and none that was sent after the poll had closed: by the times on the
 * messages, so that every client comes to the same numbers.
 *
 * @param votes oldest first; those for other polls are passed over.
 */
export function tally(poll: Poll, votes: readonly Vote[]): Tally {
  const choices = new Map(
    votes
      .filter(({ pollId, sentAt }) => pollId === poll.id && sentAt <= poll.closesAt)
      .map(({ voterId, option }) => [voterId, option]),
  );
  const chosen = [...choices.values()];
  return {
    options: poll.options.map((text, index) => ({
      text,
      votes: chosen.filter((option) => option === index).length,
    })),
    voters: new Set(choices.keys()),
  };
}
