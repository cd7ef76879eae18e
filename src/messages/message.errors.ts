import { DomainError } from '../common/problem';

export { Blocked, IdempotencyKeyReused, MessageNotFound } from '../conversations';

/** A policy said no. Its reason is written for the sender. */
export class MessageRefused extends DomainError {
  constructor(reason: string) {
    super('message_refused', reason);
  }
}

export class NotSender extends DomainError {
  constructor(detail: string) {
    super('not_sender', detail);
  }
}

export class EditWindowClosed extends DomainError {
  constructor() {
    super('edit_window_closed', 'The message was sent too long ago to be edited.');
  }
}

/** Deleted by somebody, or expired. */
export class MessageIsTombstone extends DomainError {
  constructor() {
    super('message_deleted', 'There is nothing left of this message to edit.');
  }
}
