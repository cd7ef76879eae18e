import { ValidationFailed } from '../../common/problem';
import { type MessageBody, MessageType, type MessageTypeHandler, type PreparedBody } from './message-type';

/** Plain text: content and nothing else. */
@MessageType()
export class TextMessage implements MessageTypeHandler {
  readonly type = 'text';

  prepare({ content, payload }: MessageBody): PreparedBody {
    if (payload !== undefined) throw ValidationFailed.of('payload', 'a text message has no payload');
    if (content === undefined || content.trim() === '') {
      throw ValidationFailed.of('content', 'must have at least one character that is not white space');
    }
    return { content, payload: null };
  }
}
