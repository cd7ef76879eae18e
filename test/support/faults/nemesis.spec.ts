import { type BlowOptions, blowsOf } from './nemesis';

const OPTIONS: BlowOptions = {
  totalMs: 60_000,
  nodes: 3,
  strikes: ['kill', 'freeze', { link: 'redis', fault: 'hole' }],
  pauseMs: [100, 400],
  lastsMs: [50, 900],
};

describe('the blows of a nemesis', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(blowsOf(7, OPTIONS)).toEqual(blowsOf(7, OPTIONS));
    expect(blowsOf(7, OPTIONS)).not.toEqual(blowsOf(8, OPTIONS));
  });

  it('come one after the other, end in time, and spare nobody and nothing', () => {
    const blows = blowsOf(7, OPTIONS);
    let over = 0;
    for (const { atMs, lastsMs } of blows) {
      expect(atMs - over).toBeGreaterThanOrEqual(100);
      expect(atMs - over).toBeLessThanOrEqual(400);
      expect(lastsMs).toBeGreaterThanOrEqual(50);
      expect(lastsMs).toBeLessThanOrEqual(900);
      over = atMs + lastsMs;
    }
    expect(over).toBeLessThanOrEqual(60_000);
    expect(over).toBeGreaterThan(58_000);
    expect(new Set(blows.map(({ node }) => node))).toEqual(new Set([0, 1, 2]));
    expect(new Set(blows.map(({ strike }) => strike))).toEqual(new Set(OPTIONS.strikes));
  });
});
