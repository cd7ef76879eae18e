import { LineAllowance } from './line-allowance';

describe('an allowance of lines', () => {
  it('is so many a second; the next line says how many were left out', () => {
    const allowance = new LineAllowance(2);
    const at = (...times: number[]) => times.map((now) => allowance.take(now));
    expect(at(0, 10, 20, 30, 999)).toEqual([0, 0, undefined, undefined, undefined]);
    expect(at(1_000, 1_001, 1_002)).toEqual([3, 0, undefined]);
    expect(at(60_000, 60_000)).toEqual([1, 0]);
  });
});
