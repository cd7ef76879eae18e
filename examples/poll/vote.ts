import type { MessageDto } from '../../src/message-view';

export const POLL_VOTE = 'poll_vote';

/** What the payload of a `poll_vote` holds. */
export interface VotePayload {
  readonly pollId: string;
  /** Index into the poll's options. */
  readonly option: number;
}

/** A vote as its message tells it. */
export interface Vote extends VotePayload {
  readonly voterId: string;
  readonly sentAt: string;
}

/** @returns undefined when the message is of another type or was deleted, which takes a vote back. */
export function toVote({ type, senderId, sentAt, payload }: MessageDto): Vote | undefined {
  if (type !== POLL_VOTE || senderId === null || payload === null) return undefined;
  // What is stored under this type has been through PollVoteMessage.
  const { pollId, option } = payload as unknown as VotePayload;
  return { pollId, option, voterId: senderId, sentAt };
}
