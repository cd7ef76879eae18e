import { ValidationFailed } from '../../common/problem';
import {
  type MessageBody,
  type MessageOrigin,
  MessageType,
  type MessageTypeHandler,
  type PreparedBody,
} from './message-type';

/** What the service itself says between the messages of people: joined, left, your order has shipped. */
@MessageType()
export class SystemMessage implements MessageTypeHandler {
  readonly type = 'system';
  readonly fromClients = false;

  prepare({ content = '', payload }: MessageBody, { senderId }: MessageOrigin): PreparedBody {
    if (senderId !== null) throw ValidationFailed.of('type', 'a system message has no sender');
    if (content.trim() === '' && payload === undefined)
      throw ValidationFailed.of('content', 'a system message needs content or a payload');
    return { content, payload: payload ?? null };
  }
}
