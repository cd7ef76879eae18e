import { DomainError } from '../common/problem';

/** It does not exist, or the caller is not a member: nobody can tell which. */
export class ConversationNotFound extends DomainError {
  constructor() {
    super('conversation_not_found', 'There is no such conversation, or you are not a member of it.');
  }
}

export { UserNotFound } from '../users';

export class MessageNotFound extends DomainError {
  constructor() {
    super('message_not_found', 'There is no such message in this conversation.');
  }
}

/** One side of the direct conversation has blocked the other; which one is nobody's business. */
export class Blocked extends DomainError {
  constructor() {
    super('blocked', 'One of you has blocked the other.');
  }
}

export class InsufficientRole extends DomainError {
  constructor(detail: string) {
    super('insufficient_role', detail);
  }
}

export class WrongConversationType extends DomainError {
  constructor(detail: string) {
    super('wrong_conversation_type', detail);
  }
}

export class AlreadyParticipant extends DomainError {
  constructor() {
    super('already_participant', 'This person is in the conversation already.');
  }
}

export class GroupFull extends DomainError {
  constructor(limit: number) {
    super('group_full', `A group has at most ${limit} people.`);
  }
}

export class LastAdmin extends DomainError {
  constructor() {
    super('last_admin', 'A group needs an admin: make somebody else one first.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super('idempotency_key_reused', 'You have used this key for something else.');
  }
}
