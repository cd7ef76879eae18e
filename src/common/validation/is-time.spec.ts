import { IsTime } from './is-time';
import { parseShape } from './parse-shape';

class Shape {
  @IsTime()
  at: string;
}

const read = (at: unknown): string => parseShape(Shape, { at }).at;

describe('a time', () => {
  it.each([
    '2026-06-01T12:00:00Z',
    '2026-06-01T12:00:00.123Z',
    '2026-06-01T12:00:00.123456789Z',
    '2026-06-01T12:00:00+05:45',
    '2024-02-29T23:59:59.9-11:00',
    '0001-01-01T00:00:00Z',
  ])('is %s', (at) => {
    expect(read(at)).toBe(at);
  });

  it.each([
    ['a day', '2026-06-01'],
    ['without seconds', '2026-06-01T12:00Z'],
    ['without an offset: nobody knows whose noon it is', '2026-06-01T12:00:00'],
    ['with a blank', '2026-06-01 12:00:00Z'],
    ['on a day that is not there', '2026-02-30T12:00:00Z'],
    ['on a day of another year', '2026-02-29T12:00:00Z'],
    ['in a month that is not there', '2026-13-01T12:00:00Z'],
    ['at an hour that is not there', '2026-06-01T25:00:00Z'],
    ['with an offset that is none', '2026-06-01T12:00:00+99:00'],
    ['in a year far away', '+020000-06-01T12:00:00Z'],
    ['in words', 'Mon, 01 Jun 2026 12:00:00 GMT'],
    ['with something after it', '2026-06-01T12:00:00Z\n'],
    ['a number', 1_780_000_000],
    ['nothing', null],
    ['a list', ['2026-06-01T12:00:00Z']],
  ])('is not %s', (_what, at) => {
    expect(() => read(at)).toThrow(
      expect.objectContaining({ errors: [{ path: 'at', message: expect.stringMatching(/must be a time/) }] }),
    );
  });
});
