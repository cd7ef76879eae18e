export interface ProblemSpec {
  readonly status: number;
  readonly title: string;
}

/**
 * Every error a client can meet, over REST and sockets alike. `code` is stable and machine-readable;
 * a domain error whose code has no row here does not compile.
 */
export const PROBLEMS = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not valid' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  token_expired: { status: 401, title: 'The token has expired' },
  insufficient_role: { status: 403, title: 'Your role does not allow this' },
  blocked: { status: 403, title: 'Blocked' },
  message_refused: { status: 403, title: 'The message was refused by a policy' },
  not_found: { status: 404, title: 'There is nothing here' },
  conversation_not_found: { status: 404, title: 'No such conversation' },
  message_not_found: { status: 404, title: 'No such message' },
  user_not_found: { status: 404, title: 'No such user' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'Only application/json is understood' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used with another body' },
  internal_error: { status: 500, title: 'Something went wrong' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, ProblemSpec>;

export type ProblemCode = keyof typeof PROBLEMS;
