import { DomainError } from '../../src/common/problem';
import type { MessageDto } from '../../src/message-view';
import { MessagesService } from '../../src/messages';
import { type ChatEvent, type EventReaction, Reaction } from '../../src/outbox';
import { ElectorsRepository } from './electors.repository';
import { namedUuid } from './named-uuid';
import { POLL_RESULT } from './poll-result-message';
import { PollsService, type PollStanding } from './polls.service';
import { toVote } from './vote';

/**
 * Posts a poll's result once everybody has voted. Votes are numbered, so whichever reaction looks after the last of
 * them sees them all. Should it be missed, or look twice, at two nodes at once: it counts what is stored, so the next
 * vote makes up for it, and the key of the result lets only one in.
 */
@Reaction()
export class PollResultReaction implements EventReaction {
  readonly name = 'poll-result';
  readonly eventTypes = ['MessageCreated'] as const;

  constructor(
    private readonly polls: PollsService,
    private readonly electors: ElectorsRepository,
    private readonly messages: MessagesService,
  ) {}

  async react({ tenantId, payload }: ChatEvent): Promise<void> {
    const { message } = payload as { readonly message: MessageDto };
    const vote = toVote(message);
    if (vote === undefined) return;
    // Read as the voter, who has just shown that the poll is theirs to read.
    const voter = { tenantId, userId: vote.voterId };
    const standing = await this.polls.standing(voter, message.conversationId, vote.pollId);
    const electors = await this.electors.electorsOf(tenantId, standing.poll);
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
      if (!(error instanceof DomainError && error.code === 'idempotency_key_reused')) throw error;
    }
  }
}
