import { SafeHorizon } from './safe-horizon';

describe('the time since when something may have been missed', () => {
  it('is not known at first, and lies at least two looks back later', () => {
    const horizon = new SafeHorizon();
    expect(horizon.oldest).toBeNull();
    const oldest = ['1', '2', '3', '4', '5'].map((look) => {
      horizon.advance(look);
      return horizon.oldest;
    });
    expect(oldest).toEqual(['1', '1', '1', '2', '3']);
  });
});
