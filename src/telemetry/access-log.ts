import { Injectable, Logger } from '@nestjs/common';
import type { ProblemCode } from '../common/problem';
import type { Attempt } from './attempt';
import { loggableId } from './mask';

/** Somebody did something with a conversation, or tried to. */
export interface ConversationAccess extends Attempt {
  readonly outcome: 'ok' | ProblemCode;
  /** Of the answer, where there is one by HTTP. */
  readonly status?: number;
  readonly ms: number;
}

/** Who touched which conversation, and what came of it: one line for each attempt, whatever the door. */
@Injectable()
export class AccessLog {
  private readonly logger = new Logger(AccessLog.name);

  /** Ids are masked on their way into the log. */
  record({ conversationId, ms, ...access }: ConversationAccess): void {
    this.logger.log({
      msg: 'conversation access',
      ...access,
      conversationId: loggableId(conversationId),
      ms: Math.round(ms * 10) / 10,
    });
  }
}
