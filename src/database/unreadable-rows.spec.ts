import { Logger } from '@nestjs/common';
import { CapturedLog } from '../../test/support/captured-log';
import { Metrics } from '../telemetry';
import { UnreadableRows } from './unreadable-rows';

const ROWS = [
  { id: 'one', fault: undefined },
  { id: 'two', fault: 'sentAt' },
  { id: 'three', fault: undefined },
];

describe('rows that can not be shown', () => {
  let metrics: Metrics;
  let unreadable: UnreadableRows;
  let log: CapturedLog;
  beforeEach(() => {
    metrics = new Metrics();
    unreadable = new UnreadableRows(metrics);
    log = new CapturedLog();
  });
  afterEach(() => Logger.overrideLogger(false));

  const readable = (): string[] =>
    unreadable
      .without(
        'messages',
        ROWS,
        ({ fault }) => fault,
        ({ id }) => id,
      )
      .map(({ id }) => id);

  it('are left out, and the others stay in their order', () => {
    expect(readable()).toEqual(['one', 'three']);
  });

  it('are counted each time, and named in the log once', async () => {
    for (let times = 0; times < 3; times++) readable();
    expect(await metrics.text()).toContain('chat_unreadable_rows_total{table="messages"} 3');
    expect(log.lines({ level: 'error' })).toEqual([
      expect.objectContaining({ table: 'messages', id: 'two', column: 'sentAt' }),
    ]);
  });
});
