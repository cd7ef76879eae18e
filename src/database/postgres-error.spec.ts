import { DependencyUnavailable } from '../common/problem';
import { isBadData, isConnectionFailure, isOutage, sqlState, translate } from './postgres-error';

const errorWith = (code: string, message = 'it failed'): Error => Object.assign(new Error(message), { code });

const OUTAGES = {
  '08006': 'connection failure',
  '25006': 'a primary that was demoted',
  '40001': 'serialisation failure',
  '40P01': 'deadlock',
  '53100': 'disk full',
  '53300': 'too many connections',
  '55P03': 'lock time-out',
  '57014': 'statement time-out',
  '57P01': 'shut down by an administrator',
  '57P03': 'starting up',
  '58030': 'input or output error',
};

const BAD_DATA = {
  '21000': 'cardinality violation',
  '22021': 'a character that is none',
  '22P02': 'text that is no UUID',
  '22P05': 'NUL in JSON',
  '23502': 'not null violation',
  '23505': 'unique violation',
  '23514': 'no partition for a row',
  '54000': 'a row too large',
};

const FAULTS_OF_OURS = {
  '42601': 'a syntax error',
  '42P01': 'no such table',
  '0A000': 'not supported',
  XX000: 'internal',
};

describe('an error of Postgres', () => {
  it.each(Object.entries(OUTAGES))('%s (%s) is an outage', (code) => {
    expect([isOutage(errorWith(code)), isBadData(errorWith(code))]).toEqual([true, false]);
  });

  it.each(Object.entries(BAD_DATA))('%s (%s) lies in what was sent, and nothing was committed', (code) => {
    expect([isOutage(errorWith(code)), isBadData(errorWith(code))]).toEqual([false, true]);
  });

  it.each(Object.entries(FAULTS_OF_OURS))('%s (%s) is a fault of ours', (code) => {
    expect([isOutage(errorWith(code)), isBadData(errorWith(code))]).toEqual([false, false]);
  });
});

describe('a failure below SQL', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EPIPE'])(
    '%s is an outage, after which the connection is of no use',
    (code) => {
      const error = errorWith(code, `write ${code}`);
      expect([isOutage(error), isConnectionFailure(error), sqlState(error)]).toEqual([true, true, undefined]);
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'server closed the connection unexpectedly',
  ])('%j is an outage, after which the connection is of no use', (message) => {
    expect([isOutage(new Error(message)), isConnectionFailure(new Error(message))]).toEqual([true, true]);
  });
});

describe('an error that is none of Postgres', () => {
  it.each([
    new TypeError('x is not a function'),
    new Error('the outbox took no row'),
    'a text',
    undefined,
    null,
  ])('%p is no outage and no bad data', (error) => {
    expect([isOutage(error), isBadData(error), sqlState(error)]).toEqual([false, false, undefined]);
  });
});

describe('what callers see', () => {
  it('of an outage is that there is one, with what really happened for the log', () => {
    const cause = errorWith('57P01');
    expect(translate(cause)).toBeInstanceOf(DependencyUnavailable);
    expect(translate(cause)).toMatchObject({ dependency: 'postgres', cause });
  });

  it('of anything else is what it was', () => {
    const errors = [
      errorWith('23505'),
      errorWith('42P01'),
      new TypeError('a fault'),
      new DependencyUnavailable('redis'),
    ];
    expect(errors.map(translate)).toEqual(errors);
    expect(translate(errors[3])).toBe(errors[3]);
  });
});
