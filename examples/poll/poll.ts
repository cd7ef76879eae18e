import type { MessageDto } from '../../src/message-view';

export const POLL = 'poll';

/** What the payload of a `poll` holds, besides the question, which is its content. */
export interface PollPayload {
  readonly options: readonly string[];
  /** ISO 8601, UTC, with milliseconds: so that it compares with `sentAt` as text. */
  readonly closesAt: string;
}

/** A poll as its message tells it. */
export interface Poll extends PollPayload {
  /** The id of the message. */
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly question: string;
}

/** @returns undefined when the message is of another type or was deleted. */
export function toPoll({ id, conversationId, seq, type, content, payload }: MessageDto): Poll | undefined {
  if (type !== POLL || content === null || payload === null) return undefined;
  // What is stored under this type has been through PollMessage.
  const { options, closesAt } = payload as unknown as PollPayload;
  return { id, conversationId, seq, question: content, options, closesAt };
}
