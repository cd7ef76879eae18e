import { Logger } from '@nestjs/common';
import { DependencyUnavailable } from '../common/problem';
import { runInContext } from '../common/request-context';
import { StructuredLogger } from './structured-logger';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl-_';
const SECRET = 'what alice wrote';

let written: string;
let logger: StructuredLogger;

beforeEach(() => {
  written = '';
  logger = new StructuredLogger(
    { logLevel: 'trace', metricsPort: null, production: false },
    { write: (line: string) => (written += line) },
  );
});

/** The one line that was logged. */
function line(): Record<string, unknown> {
  const lines = written.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] as string) as Record<string, unknown>;
}

describe('a line of the log', () => {
  it.each(['fatal', 'error', 'warn', 'debug'] as const)('says how grave it is: %s', (level) => {
    logger[level]('something');
    expect(line()).toEqual({ level, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), msg: 'something' });
  });

  it('says who wrote it, and what', () => {
    logger.log({ msg: 'made partitions', made: 2 }, 'PartitionKeeper');
    expect(line()).toMatchObject({
      level: 'info',
      context: 'PartitionKeeper',
      msg: 'made partitions',
      made: 2,
    });
  });

  it('says to which request it belongs', () => {
    const context = { requestId: 'req-42', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' };
    runInContext(context, () => logger.log('inside'));
    expect(line()).toMatchObject(context);
    written = '';
    logger.log('outside');
    expect(line()).not.toHaveProperty('requestId');
  });

  it('is what modules give to Nest’s logger', () => {
    Logger.overrideLogger(logger);
    new Logger('Redis').warn({ msg: 'redis is away', err: new Error('gone') });
    expect(line()).toMatchObject({ level: 'warn', context: 'Redis', err: { message: 'gone' } });
  });

  it('is not written below the level that is asked for', () => {
    const quiet = new StructuredLogger(
      { logLevel: 'warn', metricsPort: null, production: false },
      { write: (text: string) => (written += text) },
    );
    quiet.log('noise');
    expect(written).toBe('');
  });

  it('about how Nest put itself together is of use to few', () => {
    logger.log('Mapped {/v1, GET} route', 'RouterExplorer');
    expect(line()).toMatchObject({ level: 'debug' });
  });
});

describe('no line of the log', () => {
  it.each([
    ['in its message', () => logger.log(`user ${ID} came`)],
    ['in a field', () => logger.log({ msg: 'came', user: ID, ids: [ID] })],
    ['in capitals', () => logger.log(`user ${ID.toUpperCase()} came`)],
    ['in an address', () => logger.log({ url: `/v1/conversations/${ID}/messages?x=${ID}` })],
    ['in an error', () => logger.error(new Error(`no conversation ${ID}`))],
    ['in a key', () => logger.log({ [ID]: 1 })],
  ])('holds a whole id: %s', (_where, log) => {
    log();
    expect(written.toLowerCase()).not.toContain(ID);
    expect(written.toLowerCase()).toContain('…8057');
  });

  it.each([
    ['in its message', () => logger.log(`Bearer ${TOKEN}`)],
    ['in a field', () => logger.log({ handshake: { auth: { token: TOKEN } } })],
    ['in an address', () => logger.log({ url: `/socket.io/?token=${TOKEN}` })],
    ['in an error', () => logger.error({ err: new Error(`bad token ${TOKEN}`) })],
    ['in the cause of an error', () => logger.error({ err: new Error('no', { cause: new Error(TOKEN) }) })],
  ])('holds a token: %s', (_where, log) => {
    log();
    expect(written).not.toContain('eyJzdWIiOiJhbGljZSJ9');
  });

  it.each(['token', 'authorization', 'content', 'secret'])('holds what is called %s', (name) => {
    logger.log({ [name]: SECRET });
    logger.log({ deeper: { [name]: SECRET } });
    expect(written).not.toContain(SECRET);
  });

  it('holds what Postgres quotes of a message', () => {
    const quoted = {
      detail: `Key (content)=(${SECRET})`,
      where: SECRET,
      hint: SECRET,
      internalQuery: SECRET,
    };
    const error = Object.assign(new Error(`invalid input syntax: "${SECRET}"`), quoted, {
      severity: 'ERROR',
      code: '22P02',
      constraint: 'messages_pkey',
      routine: 'string_to_uuid',
    });
    logger.error({ err: error });
    logger.error({ err: new DependencyUnavailable('postgres', error) });
    logger.error(error);
    expect(written).not.toContain(SECRET);
    expect(
      written.match(/"code":"22P02","constraint":"messages_pkey","routine":"string_to_uuid"/g),
    ).toHaveLength(3);
  });
});

describe('an error in the log', () => {
  it('comes with its kind, its stack and what caused it', () => {
    logger.error({ err: new DependencyUnavailable('postgres', new TypeError('deeper')) });
    expect(line()).toMatchObject({
      err: {
        type: 'DependencyUnavailable',
        code: 'unavailable',
        stack: expect.stringContaining('structured-logger.spec'),
        cause: { type: 'TypeError', message: 'deeper' },
      },
    });
  });

  it('comes to an end when its causes go round in a circle', () => {
    const error = new Error('one');
    error.cause = new Error('other', { cause: error });
    logger.error({ err: error });
    expect(line()).toMatchObject({ err: { message: 'one', cause: { message: 'other' } } });
  });

  it.each(['a text', 7, null, { secret: SECRET }])('may be %j, which says nothing more', (thrown) => {
    logger.error({ err: thrown });
    expect(line()).toMatchObject({ err: { type: typeof thrown } });
    expect(written).not.toContain(SECRET);
  });
});
