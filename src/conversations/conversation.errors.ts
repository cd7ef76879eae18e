import { DomainError } from '../common/problem';

/** It does not exist, or the caller is not a member: nobody can tell which. */
export class ConversationNotFound extends DomainError {
  constructor() {
    super('conversation_not_found', 'There is no such conversation, or you are not a member of it.');
  }
}

export class UserNotFound extends DomainError {
  constructor() {
    super('user_not_found', 'There is no such user.');
  }
}
