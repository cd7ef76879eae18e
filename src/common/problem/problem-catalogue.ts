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
  not_sender: { status: 403, title: 'Only its sender may do this' },
  origin_refused: { status: 403, title: 'Not for pages of this origin' },
  message_refused: { status: 403, title: 'The message was refused by a policy' },
  not_found: { status: 404, title: 'There is nothing here' },
  conversation_not_found: { status: 404, title: 'No such conversation' },
  message_not_found: { status: 404, title: 'No such message' },
  user_not_found: { status: 404, title: 'No such user' },
  group_full: { status: 409, title: 'The group is full' },
  already_participant: { status: 409, title: 'Already a participant' },
  last_admin: { status: 409, title: 'A group needs an admin' },
  edit_window_closed: { status: 409, title: 'Too late to edit' },
  message_deleted: { status: 409, title: 'The message was deleted' },
  wrong_conversation_type: { status: 409, title: 'Not for a conversation of this type' },
  resync_required: { status: 410, title: 'Too much has changed since; start anew' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'Only application/json is understood' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used with another body' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, ProblemSpec>;

export type ProblemCode = keyof typeof PROBLEMS;
