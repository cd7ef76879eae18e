import { ValidationFailed } from '../../src/common/problem';
import {
  type MessageBody,
  MessageType,
  type MessageTypeHandler,
  type PreparedBody,
} from '../../src/messages';

export const POLL_RESULT = 'poll_result';

/** How a poll stood when everybody had voted. Only the service writes it, so that it can be believed. */
@MessageType()
export class PollResultMessage implements MessageTypeHandler {
  readonly type = POLL_RESULT;
  readonly fromClients = false;

  /** The reaction made both; their absence is a mistake of some other part of the service. */
  prepare({ content, payload }: MessageBody): PreparedBody {
    if (content === undefined) throw ValidationFailed.of('content', 'must be the result in words');
    if (payload === undefined) throw ValidationFailed.of('payload', 'must be the result in numbers');
    return { content, payload };
  }
}
