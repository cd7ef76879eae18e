import { DomainError } from '../common/problem';

export class UserNotFound extends DomainError {
  constructor() {
    super('user_not_found', 'There is no such user.');
  }
}
