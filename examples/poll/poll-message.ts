import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsString, Length, Matches } from 'class-validator';
import { MayBeAbsent, parseShape } from '../../src/common/validation';
import {
  type MessageBody,
  MessageType,
  type MessageTypeHandler,
  type PreparedBody,
} from '../../src/messages';
import { POLL, type PollPayload } from './poll';
import { closingTime } from './poll.rules';

const SOMETHING_VISIBLE = /\S/;
/** As clients write times: with seconds and an offset, since nobody knows which zone they would mean without. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

class PollPayloadShape {
  @IsArray()
  @ArrayMinSize(2)
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 80, { each: true })
  @Matches(SOMETHING_VISIBLE, { each: true, message: 'each of $property must say something' })
  options: string[];

  @MayBeAbsent()
  @Matches(TIME, { message: '$property must be a time in ISO 8601, such as 2026-01-31T18:00:00Z' })
  closesAt?: string;
}

class QuestionShape {
  @IsString()
  @Matches(SOMETHING_VISIBLE, { message: '$property must be the question' })
  content: string;
}

/** A question: the content asks, the payload has the options. */
@MessageType()
export class PollMessage implements MessageTypeHandler {
  readonly type = POLL;

  prepare(body: MessageBody): PreparedBody {
    const { content } = parseShape(QuestionShape, { content: body.content });
    const { options, closesAt } = parseShape(PollPayloadShape, body.payload, 'payload');
    const stored: PollPayload = { options, closesAt: closingTime(closesAt, new Date()) };
    return { content, payload: { ...stored } };
  }
}
