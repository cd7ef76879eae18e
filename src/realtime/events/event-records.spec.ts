import { Logger } from '@nestjs/common';
import { toProblem, ValidationFailed, DomainError } from '../../common/problem';
import { CapturedLog } from '../../../test/support/captured-log';
import { AccessLog, Metrics, SecurityEvents } from '../../telemetry';
import type { Ack, ChatSocket } from '../socket-contract';
import { EventRecords } from './event-records';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const TENANT = '01890a5d-ac96-774b-bcce-b302099a1111';
const SOCKET = { data: { actor: { userId: ID, tenantId: TENANT } } } as ChatSocket;

const OK: Ack<unknown> = { ok: true, data: {} };
const refusedWith = (error: Error): Ack<unknown> => ({
  ok: false,
  error: toProblem(error, { requestId: '', traceId: '' }),
});

describe('the record of an event', () => {
  let metrics: Metrics;
  let records: EventRecords;
  let log: CapturedLog;
  beforeEach(() => {
    metrics = new Metrics();
    records = new EventRecords(metrics, new AccessLog(), new SecurityEvents(metrics));
    log = new CapturedLog();
  });
  afterEach(() => Logger.overrideLogger(false));

  const take = (event: string | undefined, payload: unknown, ack: Ack<unknown> = OK): void =>
    records.add(SOCKET, event, payload, ack, 3);

  async function measured(): Promise<string[]> {
    const counts = /^chat_socket_event_duration_seconds_count\{event="(.*)",outcome="(.*)"\} (\d+)$/gm;
    return [...(await metrics.text()).matchAll(counts)].map(
      ([, event, outcome, count]) => `${event} ${outcome} ${count}`,
    );
  }

  it('is a measurement, by name and outcome', async () => {
    take('send_message', {});
    take('send_message', {});
    take('send_message', {}, refusedWith(ValidationFailed.of('', '')));
    take('send_message', {}, refusedWith(new Error('a fault')));
    expect(await measured()).toEqual([
      'send_message ok 2',
      'send_message refused 1',
      'send_message failed 1',
    ]);
  });

  it('knows no names but those of events that somebody handles', async () => {
    for (let n = 0; n < 3; n++) take(undefined, {}, refusedWith(ValidationFailed.of('', '')));
    expect(await measured()).toEqual(['unknown refused 3']);
  });

  it('is a line of the access log where it is about a conversation', () => {
    take('send_message', { conversationId: ID, content: 'what alice wrote' });
    expect(log.lines()).toEqual([
      expect.objectContaining({
        msg: 'conversation access',
        door: 'socket',
        operation: 'send_message',
        caller: '…8057',
        tenantId: '…1111',
        conversationId: '…8057',
        outcome: 'ok',
        ms: 3,
      }),
    ]);
    expect(log.text).not.toContain('alice');
  });

  it.each([null, undefined, 'text', 7, {}, [], { __proto__: { conversationId: ID } }])(
    'is no line where it is about none: %j',
    (payload) => {
      take('sync', payload);
      expect(log.lines()).toEqual([]);
    },
  );

  it('says why an access was refused, and tells security what is of interest to it', () => {
    const refused = refusedWith(new DomainError('conversation_not_found', 'No.'));
    take('send_message', { conversationId: ID }, refused);
    expect(log.lines({ msg: 'conversation access' })).toMatchObject([{ outcome: 'conversation_not_found' }]);
    expect(log.lines({ msg: 'security event' })).toMatchObject([
      { security: 'not_a_member', door: 'socket', operation: 'send_message', conversationId: '…8057' },
    ]);
  });
});
