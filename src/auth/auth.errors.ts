import { DomainError } from '../common/problem';

/** Nobody we know: no credentials, or ones that can not be believed. `detail` never repeats what was sent. */
export class Unauthenticated extends DomainError {
  constructor(detail: string, cause?: unknown) {
    super('unauthenticated', detail, { cause });
  }
}

/** A call that is for services only, without a token of one. */
export class ServiceTokenRefused extends Unauthenticated {
  constructor() {
    super('This call takes a service token.');
  }
}

/** Whether `error` says that nobody knows who is calling. */
export function isUnknownCaller(error: unknown): boolean {
  return error instanceof Unauthenticated || error instanceof TokenExpired;
}

/** The token was good once: its signature is right, its time is over. A fresh one is all that is needed. */
export class TokenExpired extends DomainError {
  constructor(cause?: unknown) {
    super('token_expired', 'The token has expired. Send a fresh one.', { cause });
  }
}
