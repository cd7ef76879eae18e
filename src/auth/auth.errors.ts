import { DomainError } from '../common/problem';

/** Nobody we know: no credentials, or ones that can not be believed. `detail` never repeats what was sent. */
export class Unauthenticated extends DomainError {
  constructor(detail: string, cause?: unknown) {
    super('unauthenticated', detail, { cause });
  }
}

/** The token was good once: its signature is right, its time is over. A fresh one is all that is needed. */
export class TokenExpired extends DomainError {
  constructor(cause?: unknown) {
    super('token_expired', 'The token has expired. Send a fresh one.', { cause });
  }
}
