import { ValidationFailed } from '../../src/common/problem';
import { closingTime, isClosed } from './poll.rules';

const now = new Date('2026-01-10T12:00:00.000Z');

describe('the closing time of a poll', () => {
  it.each([
    ['in UTC', '2026-01-10T12:00:01Z', '2026-01-10T12:00:01.000Z'],
    ['in another zone', '2026-01-10T15:00:00.5+02:00', '2026-01-10T13:00:00.500Z'],
    ['as late as can be', '2026-01-17T12:00:00Z', '2026-01-17T12:00:00.000Z'],
    ['of nobody’s choice', undefined, '2026-01-17T12:00:00.000Z'],
  ])('%s is kept in UTC', (_what, asked, kept) => {
    expect(closingTime(asked, now)).toBe(kept);
  });

  it.each([
    ['now', '2026-01-10T12:00:00Z'],
    ['past', '2026-01-10T11:59:59Z'],
    ['more than a week ahead', '2026-01-17T12:00:00.001Z'],
    ['on no calendar', '2026-13-01T00:00:00Z'],
  ])('can not be %s', (_what, asked) => {
    expect(() => closingTime(asked, now)).toThrow(ValidationFailed);
  });
});

describe('isClosed', () => {
  it.each([
    ['before its time', '2026-01-10T12:00:00.001Z', false],
    ['at its time', '2026-01-10T12:00:00.000Z', false],
    ['after its time', '2026-01-10T11:59:59.999Z', true],
  ])('%s', (_when, closesAt, closed) => {
    expect(isClosed({ options: [], closesAt }, now)).toBe(closed);
  });
});
