import { Injectable } from '@nestjs/common';
import type { Actor } from '../../src/common/actor';
import { HistoryService, MessageNotFound } from '../../src/messages';
import { type Poll, toPoll } from './poll';
import { type Tally, tally } from './tally.rules';
import { POLL_VOTE, toVote } from './vote';

/**
 * Of all votes since the poll was asked, for this one or another, so many are looked at. Eight people who change their
 * minds a hundred times fit.
 */
const MAX_VOTES = 1_000;

export interface PollStanding {
  readonly poll: Poll;
  readonly tally: Tally;
}

/** Reads polls and counts votes. It keeps nothing: the messages are the truth, and each reader sees their own. */
@Injectable()
export class PollsService {
  constructor(private readonly history: HistoryService) {}

  /** @throws ConversationNotFound; MessageNotFound when the actor may read no such poll. */
  async find(actor: Actor, conversationId: string, pollId: string): Promise<Poll> {
    const poll = toPoll(await this.history.find(actor, conversationId, pollId));
    if (poll === undefined) throw new MessageNotFound();
    return poll;
  }

  /** The poll with the votes that the actor may read. @throws as `find` */
  async standing(actor: Actor, conversationId: string, pollId: string): Promise<PollStanding> {
    const poll = await this.find(actor, conversationId, pollId);
    const window = { after: poll.seq, type: POLL_VOTE, limit: MAX_VOTES };
    const { items } = await this.history.page(actor, conversationId, window);
    return {
      poll,
      tally: tally(
        poll,
        items.map(toVote).filter((vote) => vote !== undefined),
      ),
    };
  }
}
