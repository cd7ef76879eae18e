import { Logger } from '@nestjs/common';
import type { ProblemCode } from '../../common/problem';
import { CapturedLog } from '../../../test/support/captured-log';
import { Metrics } from '../metrics/metrics';
import { SECURITY_KINDS, SecurityEvents } from './security-events';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const ATTEMPT = { door: 'rest', operation: 'GET /v1/things/:id', caller: ID, tenantId: ID } as const;

describe('a security event', () => {
  let metrics: Metrics;
  let security: SecurityEvents;
  let log: CapturedLog;
  beforeEach(() => {
    jest.useFakeTimers();
    metrics = new Metrics();
    security = new SecurityEvents(metrics);
    log = new CapturedLog();
  });
  afterEach(() => {
    Logger.overrideLogger(false);
    jest.useRealTimers();
  });

  async function count(kind: string): Promise<number> {
    const line = new RegExp(`^security_events_total\\{kind="${kind}"\\} (.*)$`, 'm');
    return Number(line.exec(await metrics.text())?.[1]);
  }

  it('is counted, and is a line of its own, with masked ids', async () => {
    security.record('not_a_member', { ...ATTEMPT, conversationId: ID });
    expect(await count('not_a_member')).toBe(1);
    expect(log.lines()).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        context: 'SecurityEvents',
        msg: 'security event',
        security: 'not_a_member',
        ...ATTEMPT,
        caller: '…8057',
        tenantId: '…8057',
        conversationId: '…8057',
      },
    ]);
  });

  it('repeats nothing that was sent in the place of an id', () => {
    security.record('not_a_member', { ...ATTEMPT, conversationId: { secret: 'what alice wrote' } });
    expect(log.lines()).toMatchObject([{ conversationId: 'malformed' }]);
    expect(log.text).not.toContain('alice');
  });

  it.each(SECURITY_KINDS)('of kind %s is at nought from the beginning', async (kind) => {
    expect(await count(kind)).toBe(0);
  });

  it.each<[ProblemCode, string]>([
    ['unauthenticated', 'token_refused'],
    ['token_expired', 'token_expired'],
    ['conversation_not_found', 'not_a_member'],
    ['insufficient_role', 'role_refused'],
    ['not_sender', 'role_refused'],
    ['blocked', 'blocked'],
    ['invalid_cursor', 'cursor_refused'],
    ['rate_limited', 'rate_limited'],
    ['payload_too_large', 'oversized'],
  ])('is what is refused with %s: %s', async (code, kind) => {
    security.refused(code, ATTEMPT);
    expect(await count(kind)).toBe(1);
    expect(log.lines({ security: kind })).toHaveLength(1);
  });

  it.each<ProblemCode>(['validation_failed', 'message_not_found', 'unavailable'])(
    'is not what is refused with %s',
    (code) => {
      security.refused(code, ATTEMPT);
      expect(log.lines()).toEqual([]);
    },
  );

  it('that comes in a flood is counted each time, and written a few times a second', async () => {
    for (let n = 0; n < 1_000; n++) security.record('token_refused', ATTEMPT);
    security.record('rate_limited', ATTEMPT);
    expect(await count('token_refused')).toBe(1_000);
    expect(log.lines({ security: 'token_refused' })).toHaveLength(5);
    expect(log.lines({ security: 'rate_limited' })).toHaveLength(1);
    log.forget();
    jest.advanceTimersByTime(1_000);
    security.record('token_refused', ATTEMPT);
    expect(log.lines()).toMatchObject([{ security: 'token_refused', suppressed: 995 }]);
  });
});
