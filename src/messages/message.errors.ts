import { DomainError } from '../common/problem';

export class MessageNotFound extends DomainError {
  constructor() {
    super('message_not_found', 'There is no such message in this conversation.');
  }
}

/** One side of the direct conversation has blocked the other; which one is nobody's business. */
export class Blocked extends DomainError {
  constructor() {
    super('blocked', 'Messages can not be sent in this conversation.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super(
      'idempotency_key_reused',
      'You have used this key in this conversation for a message with another body.',
    );
  }
}

/** A policy said no. Its reason is written for the sender. */
export class MessageRefused extends DomainError {
  constructor(reason: string) {
    super('message_refused', reason);
  }
}
