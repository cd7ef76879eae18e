import type { Problem } from '../../src/common/problem';
import type { Answer } from './rest';

/** As docs promise them to clients. */
const STATUS = {
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
  edit_window_closed: 409,
  message_deleted: 409,
  group_full: 409,
  already_participant: 409,
  last_admin: 409,
  wrong_conversation_type: 409,
  resync_required: 410,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  rate_limited: 429,
  unavailable: 503,
} as const;

export type RefusalCode = keyof typeof STATUS;

/** Says that this is the whole answer to a refused request, and which `paths` must be among the faulty fields. */
export function expectProblem(answer: Answer<unknown>, code: RefusalCode, ...paths: string[]): Problem {
  expect(answer).toMatchObject({ status: STATUS[code], body: { code } });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  if (answer.status === 429 || answer.status === 503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  return expectProblemObject(answer.body, code, ...paths);
}

/** The same for the problem in an acknowledgement or a refused handshake. */
export function expectProblemObject(body: unknown, code: RefusalCode, ...paths: string[]): Problem {
  const { errors, ...problem } = body as Problem;
  expect(problem).toEqual({
    type: expect.stringMatching(/^[a-z]+:/),
    title: expect.stringMatching(/./),
    status: STATUS[code],
    detail: expect.stringMatching(/./),
    instance: expect.stringMatching(/./),
    code,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  if (errors !== undefined) {
    const fault = { path: expect.any(String), message: expect.stringMatching(/./) };
    expect(errors).toEqual(errors.map(() => fault));
  }
  expect(errors?.map(({ path }) => path) ?? []).toEqual(expect.arrayContaining(paths));
  return body as Problem;
}
