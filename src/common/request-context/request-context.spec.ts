import { setTimeout as delay } from 'node:timers/promises';
import { contextFrom, currentContext, requestIdFrom, runInContext } from './request-context';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the id of a request', () => {
  it.each([
    'a',
    'req-42',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    'Root=1-67891233:abc/+._',
    'x'.repeat(128),
  ])('is the one it came with, if that is a sane token: %s', (id) => {
    expect(requestIdFrom(id)).toBe(id);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
    ['in two words', 'two words'],
    ['a second header in disguise', 'a\r\nset-cookie: b'],
    ['ending in a line break', 'a\n'],
    ['markup', '<script>'],
    ['not ASCII', 'naïve'],
    ['given twice', ['a', 'b']],
  ])('is made where it is %s', (_what, header) => {
    const [one, other] = [requestIdFrom(header), requestIdFrom(header)];
    expect(one).toMatch(/^[\w-]{16}$/);
    expect(other).not.toBe(one);
  });
});

describe('the trace of a request', () => {
  const traceOf = (traceparent?: string | string[]): string => contextFrom({ traceparent }).traceId;

  it.each([
    `00-${TRACE}-00f067aa0ba902b7-01`,
    `00-${TRACE}-00f067aa0ba902b7-00`,
    `cc-${TRACE}-00f067aa0ba902b7-01-what-a-later-version-adds`,
  ])('goes on from %s', (traceparent) => {
    expect(traceOf(traceparent)).toBe(TRACE);
  });

  it.each([
    ['missing', undefined],
    ['of the version that can not be', `ff-${TRACE}-00f067aa0ba902b7-01`],
    ['without a trace', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['without a parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['in capitals', `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`],
    ['too short', `00-${TRACE.slice(1)}-00f067aa0ba902b7-01`],
    ['cut off', `00-${TRACE}-00f067aa0ba902b7`],
    ['after something else', ` 00-${TRACE}-00f067aa0ba902b7-01`],
    ['given twice', [`00-${TRACE}-00f067aa0ba902b7-01`, `00-${TRACE}-00f067aa0ba902b7-01`]],
  ])('begins here where the header is %s', (_what, traceparent) => {
    const trace = traceOf(traceparent);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect([TRACE, '0'.repeat(32)]).not.toContain(trace);
  });
});

describe('the context', () => {
  it('goes along with whatever a request starts, however late', async () => {
    const told = await Promise.all(
      ['one', 'other'].map((requestId) =>
        runInContext({ requestId, traceId: TRACE }, async () => {
          await delay(1);
          return currentContext().requestId;
        }),
      ),
    );
    expect(told).toEqual(['one', 'other']);
  });

  it('says so when there is no request', () => {
    expect(currentContext()).toEqual({ requestId: 'none', traceId: '0'.repeat(32) });
  });
});
