import type { ProblemCode } from './problem-catalogue';

/** One thing wrong with one field: `path` is dotted, `message` is for a developer's eyes. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface DomainErrorOptions {
  readonly errors?: readonly FieldError[];
  /** When trying again may help, in whole seconds. */
  readonly retryAfterSeconds?: number;
  /** What an answer by REST says besides, in lower case. Sockets have no place for it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What really happened: for the log, never for the wire. */
  readonly cause?: unknown;
}

/**
 * A refusal the domain knows how to explain. It has a code and no HTTP: services throw it, and the
 * REST filter, the socket acknowledgement and the handshake each translate it through `toProblem`.
 */
export class DomainError extends Error {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options: DomainErrorOptions = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers;
  }
}

/** The shape of what was sent is wrong. */
export class ValidationFailed extends DomainError {
  constructor(errors: readonly FieldError[]) {
    super('validation_failed', 'One or more fields are not valid.', { errors });
  }

  static of(path: string, message: string): ValidationFailed {
    return new ValidationFailed([{ path, message }]);
  }
}

/** Something we can not work without does not answer. Always worth another try. */
export class DependencyUnavailable extends DomainError {
  constructor(
    readonly dependency: string,
    cause?: unknown,
  ) {
    super('unavailable', 'The service can not do this at the moment. Try again shortly.', {
      retryAfterSeconds: 1,
      cause,
    });
  }
}

/**
 * There is more to do already than can be done in time. Whoever refuses counts it; it makes no line of the log, where
 * thousands a second would be one more burden.
 */
export class TooBusy extends DependencyUnavailable {}
