import { retryDelay } from './redis-link.options';

describe('retryDelay', () => {
  it.each([1, 2, 5, 10, 1_000, 1_000_000])('never waits longer than a second (attempt %i)', (attempt) => {
    for (let n = 0; n < 50; n++) {
      expect(retryDelay(attempt)).toBeGreaterThan(0);
      expect(retryDelay(attempt)).toBeLessThanOrEqual(1_000);
    }
  });
});
