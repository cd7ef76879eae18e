import { namedUuid } from '../../src/common/named-uuid';
import {
  HistoryService,
  IdempotencyKeyReused,
  type MessageCreated,
  MessagesService,
} from '../../src/messages';
import { type EventReaction, Reaction } from '../../src/outbox';
import { POLL_RESULT } from './poll-result-message';
import { PollsService, type PollStanding } from './polls.service';
import { toVote } from './vote';

/**
 * Posts a poll's result once everybody has voted. Votes have an order, so whoever looks after the last of them sees
 * them all. It counts what is stored: if that look was missed, the next vote makes up for it, and if two looked, at
 * two nodes, the key of the result lets only one in.
 */
@Reaction()
export class PollResultReaction implements EventReaction {
  readonly name = 'poll-result';
  readonly eventTypes = ['MessageCreated'] as const;

  constructor(
    private readonly polls: PollsService,
    private readonly history: HistoryService,
    private readonly messages: MessagesService,
  ) {}

  async react({ tenantId, payload: { message } }: MessageCreated): Promise<void> {
    const vote = toVote(message);
    if (vote === undefined) return;
    // Read as the voter, who has just shown that the poll is theirs to read.
    const voter = { tenantId, userId: vote.voterId };
    const standing = await this.polls.standing(voter, message.conversationId, vote.pollId);
    // Not who has left, and not who joined after it was asked.
    const electors = await this.history.readersOf(tenantId, standing.poll.conversationId, standing.poll.id);
    if (electors.every((id) => standing.tally.voters.has(id))) await this.post(tenantId, standing);
  }

  private async post(tenantId: string, { poll, tally: { options, voters } }: PollStanding): Promise<void> {
    try {
      await this.messages.sendAsService(tenantId, {
        conversationId: poll.conversationId,
        type: POLL_RESULT,
        content: options.map(({ text, votes }) => `${text}: ${votes}`).join('\n'),
        payload: { pollId: poll.id, options, voters: voters.size },
        replyToId: poll.id,
        clientMessageId: namedUuid(poll.id, POLL_RESULT),
      });
    } catch (error) {
      // Somebody has changed their mind since the result was posted: what was told stands.
      if (!(error instanceof IdempotencyKeyReused)) throw error;
    }
  }
}
