import type { Answer } from './rest';

/** All that an answer tells, but for what marks it as this occurrence. */
export function told({ status, headers, body }: Answer<unknown>): object {
  const { date: _date, 'x-request-id': requestId, ...otherHeaders } = headers;
  expect(requestId).toEqual(expect.any(String));
  const occurrence = { instance: expect.any(String), traceId: expect.any(String) };
  return { status, headers: otherHeaders, body: { ...(body as object), ...occurrence } };
}
