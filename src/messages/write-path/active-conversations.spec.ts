import { ActiveConversations } from './active-conversations';

const MINUTE = 60_000;

describe('the active conversations', () => {
  let active: ActiveConversations;
  beforeEach(() => {
    active = new ActiveConversations();
  });

  it('are those that had a message in the last five minutes, each counted once', () => {
    active.touch('first', 0);
    active.touch('second', MINUTE);
    active.touch('first', 2 * MINUTE);
    expect(active.count(2 * MINUTE)).toBe(2);
    expect(active.count(6 * MINUTE + 1)).toBe(1);
    expect(active.count(7 * MINUTE)).toBe(1);
    expect(active.count(7 * MINUTE + 1)).toBe(0);
  });

  it('are none at first', () => {
    expect(active.count(0)).toBe(0);
  });

  it('take only so much memory: of very many, those longest quiet are not counted', () => {
    for (let n = 0; n < 100_010; n++) active.touch(`${n}`, n);
    expect(active.count(100_010)).toBe(100_000);
    // What is left are the latest: five minutes after the first of them, ten later ones are still there.
    expect(active.count(100_009 + 5 * MINUTE)).toBe(1);
  });
});
