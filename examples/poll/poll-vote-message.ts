import { IsInt, Min } from 'class-validator';
import { ValidationFailed } from '../../src/common/problem';
import { IsUuid, parseShape } from '../../src/common/validation';
import {
  type MessageBody,
  type MessageOrigin,
  MessageType,
  type MessageTypeHandler,
  type PreparedBody,
} from '../../src/messages';
import { isClosed } from './poll.rules';
import { PollsService } from './polls.service';
import { POLL_VOTE, type VotePayload } from './vote';

class VotePayloadShape implements VotePayload {
  @IsUuid()
  pollId: string;

  @IsInt()
  @Min(0)
  option: number;
}

/**
 * One person's choice. It is a message like any other: numbered, stored once however often it is sent, heard live and
 * there in the history for who was away, so that clients can count for themselves.
 */
@MessageType()
export class PollVoteMessage implements MessageTypeHandler {
  readonly type = POLL_VOTE;

  constructor(private readonly polls: PollsService) {}

  /** @throws ValidationFailed; ConversationNotFound or MessageNotFound when the poll is not the sender's to read. */
  async prepare({ content = '', payload }: MessageBody, origin: MessageOrigin): Promise<PreparedBody> {
    if (content !== '') throw ValidationFailed.of('content', 'a vote has no content');
    const { pollId, option } = parseShape(VotePayloadShape, payload, 'payload');
    const { tenantId, senderId, conversationId } = origin;
    if (senderId === null) throw ValidationFailed.of('senderId', 'only a person can vote');
    const poll = await this.polls.find({ tenantId, userId: senderId }, conversationId, pollId);
    if (option >= poll.options.length) {
      throw ValidationFailed.of('payload.option', `must be from 0 to ${poll.options.length - 1}`);
    }
    if (isClosed(poll, new Date())) throw ValidationFailed.of('payload.pollId', 'this poll is closed');
    return { content: '', payload: { pollId, option } };
  }
}
