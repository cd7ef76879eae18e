import { PROBLEMS, type ProblemCode } from './problem-catalogue';

/** As the contract promises them. A code that clients know keeps its status. */
const PROMISED: Readonly<Record<ProblemCode, number>> = {
  validation_failed: 400,
  invalid_cursor: 400,
  unauthenticated: 401,
  token_expired: 401,
  insufficient_role: 403,
  blocked: 403,
  not_sender: 403,
  origin_refused: 403,
  message_refused: 403,
  not_found: 404,
  conversation_not_found: 404,
  message_not_found: 404,
  user_not_found: 404,
  group_full: 409,
  already_participant: 409,
  last_admin: 409,
  edit_window_closed: 409,
  message_deleted: 409,
  wrong_conversation_type: 409,
  resync_required: 410,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  rate_limited: 429,
  internal_error: 500,
  unavailable: 503,
};

describe('the catalogue of problems', () => {
  it('has the codes that clients were promised, each with its status', () => {
    const statuses = Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]));
    expect(statuses).toEqual(PROMISED);
  });

  it.each(Object.entries(PROBLEMS))('%s has a title of its own', (code, { title }) => {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    const others = Object.entries(PROBLEMS).filter(([other]) => other !== code);
    expect(others.map(([, spec]) => spec.title)).not.toContain(title);
  });
});
