import { Logger } from '@nestjs/common';
import { CapturedLog } from '../../test/support/captured-log';
import { AccessLog } from './access-log';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const ACCESS = { door: 'socket', operation: 'send_message', caller: ID, tenantId: ID, ms: 1.2345 } as const;

describe('the access log', () => {
  let log: CapturedLog;
  beforeEach(() => {
    log = new CapturedLog();
  });
  afterEach(() => Logger.overrideLogger(false));

  it('says who did what to which conversation, and what came of it, with masked ids', () => {
    new AccessLog().record({ ...ACCESS, conversationId: ID, outcome: 'ok' });
    expect(log.lines()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        context: 'AccessLog',
        msg: 'conversation access',
        door: 'socket',
        operation: 'send_message',
        caller: '…8057',
        tenantId: '…8057',
        conversationId: '…8057',
        outcome: 'ok',
        ms: 1.2,
      },
    ]);
  });

  it.each(['what alice wrote', { what: 'alice wrote' }, 7, null, `${ID}alice`])(
    'does not repeat what is no id: %j',
    (conversationId) => {
      new AccessLog().record({ ...ACCESS, conversationId, outcome: 'validation_failed' });
      expect(log.lines()).toMatchObject([{ conversationId: 'malformed', outcome: 'validation_failed' }]);
      expect(log.text).not.toContain('alice');
    },
  );
});
