import { RefusedEvents } from './refused-events';

const CHAT = 'a-conversation';

describe('events that the bus would not take', () => {
  let refusals: RefusedEvents;
  beforeEach(() => (refusals = new RefusedEvents()));

  it('are waited for, longer each time, and half a minute at most', () => {
    let now = 0;
    const pauses = Array.from({ length: 7 }, () => {
      expect(refusals.refused(CHAT, now)).toBe(false);
      const asked = now;
      while (refusals.waiting(now).includes(CHAT)) now += 500;
      return now - asked;
    });
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  });

  it('are given up at the eighth time', () => {
    const verdicts = Array.from({ length: 8 }, () => refusals.refused(CHAT, 0));
    expect(verdicts).toEqual([...Array<boolean>(7).fill(false), true]);
  });

  it('hold up no other conversation', () => {
    refusals.refused(CHAT, 0);
    expect(refusals.waiting(1)).toEqual([CHAT]);
  });

  it('are forgotten when their conversation goes on', () => {
    refusals.refused(CHAT, 0);
    refusals.passed(CHAT);
    expect(refusals.waiting(1)).toEqual([]);
    for (let attempt = 1; attempt < 8; attempt++) expect(refusals.refused(CHAT, 0)).toBe(false);
  });
});
