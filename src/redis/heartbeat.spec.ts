import { Heartbeat } from './heartbeat';

const INTERVAL_MS = 1_000;

describe('Heartbeat', () => {
  let heart: Heartbeat;
  let now: number;
  beforeEach(() => {
    heart = new Heartbeat(INTERVAL_MS);
    now = 0;
  });

  /** One interval goes by: was the last beat answered? If not too long ago, another is said. */
  const tick = (elapsedMs = INTERVAL_MS): boolean => {
    now += elapsedMs;
    return heart.isMute(now);
  };

  it('has proven nothing before the first beat is heard', () => {
    heart.next();
    expect(heart.heard).toBe(false);
  });

  it('is heard when its beat comes back', () => {
    heart.hear(heart.next());
    expect(heart.heard).toBe(true);
    expect(tick()).toBe(false);
  });

  it('is not heard after one beat was lost, and mute after two', () => {
    heart.hear(heart.next());
    tick();
    heart.next();
    expect(tick()).toBe(false);
    expect(heart.heard).toBe(false);
    heart.next();
    expect(tick()).toBe(true);
  });

  it('recovers when a late beat is followed by a timely one', () => {
    tick();
    const late = heart.next();
    tick();
    const timely = heart.next();
    heart.hear(late);
    expect(heart.heard).toBe(false);
    heart.hear(timely);
    expect(heart.heard).toBe(true);
    expect(tick()).toBe(false);
  });

  it('does not blame Redis when this process stood still', () => {
    heart.hear(heart.next());
    tick();
    heart.next();
    expect(tick(10 * INTERVAL_MS)).toBe(false);
    expect(heart.heard).toBe(true);
  });

  it.each([
    ['not a number', NaN],
    ['not said yet', 7],
    ['a fraction', 0.5],
  ])('ignores a beat that is %s', (_why, beat) => {
    heart.next();
    heart.hear(beat);
    expect(heart.heard).toBe(false);
  });

  it('forgets on a new connection what the old one owed and proved', () => {
    heart.hear(heart.next());
    heart.next();
    heart.restart();
    expect(heart.heard).toBe(false);
    expect(tick()).toBe(false);
  });
});
