import { OutageLog } from './outage-log';

describe('OutageLog', () => {
  const lines: unknown[] = [];
  const logger = { warn: (line: unknown) => lines.push(line), log: (line: unknown) => lines.push(line) };
  beforeEach(() => lines.splice(0));

  it('says once that a link is lost, and once that it is back', () => {
    const log = new OutageLog(logger, 'commands');
    log.found();
    log.lost(Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' }));
    log.lost(new Error('again'));
    log.lost();
    log.found();
    log.found();
    expect(lines).toEqual([
      { msg: 'Redis is away', link: 'commands', reason: 'ECONNREFUSED' },
      { msg: 'Redis is back', link: 'commands' },
    ]);
  });

  it('keeps the command of a failed login, and so the password, out of the log', () => {
    const error = Object.assign(new Error('WRONGPASS invalid username-password pair'), {
      command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] },
    });
    new OutageLog(logger, 'commands').lost(error);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines).toMatchObject([{ reason: 'WRONGPASS invalid username-password pair' }]);
  });
});
