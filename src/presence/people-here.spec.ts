import { BEAT_MS, GRACE_MS, PeopleHere } from './people-here';

const ALICE = { tenantId: '00000000-0000-0000-0000-000000000000', userId: 'a' };
const NAMESAKE = { tenantId: '00000000-0000-4000-8000-000000000001', userId: 'a' };
const BOB = { ...ALICE, userId: 'b' };

describe('the people who are here', () => {
  let here: PeopleHere;
  beforeEach(() => {
    here = new PeopleHere();
  });

  it('are news once, however many sockets they have', () => {
    expect([here.enter(ALICE, 0), here.enter(ALICE, 0), here.enter(NAMESAKE, 0)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([here.leave(ALICE, 1), here.has(ALICE), here.leave(ALICE, 2), here.has(ALICE)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(here.has(NAMESAKE)).toBe(true);
  });

  it('are gone when nobody has come back within a moment', () => {
    here.enter(ALICE, 0);
    here.leave(ALICE, 1_000);
    expect(here.takeGone(1_000 + GRACE_MS - 1)).toEqual([]);
    expect(here.enter(ALICE, 1_500)).toBe(false);
    here.leave(ALICE, 2_000);
    expect(here.takeGone(1_000 + GRACE_MS)).toEqual([]);
    expect(here.takeGone(2_000 + GRACE_MS)).toEqual([ALICE]);
    expect(here.takeGone(2_000 + GRACE_MS)).toEqual([]);
    expect(here.enter(ALICE, 9_000)).toBe(true);
  });

  it('are not to be missed when they are elsewhere by then, unless they are here too', () => {
    for (const person of [ALICE, BOB]) here.enter(person, 0);
    here.leave(ALICE, 0);
    for (const person of [ALICE, BOB]) here.areElsewhere(person);
    here.leave(BOB, 0);
    expect(here.takeGone(GRACE_MS)).toEqual([BOB]);
  });

  it('beat once in each period, and not all at once', () => {
    const people = Array.from({ length: 300 }, (_, index) => ({ ...ALICE, userId: `user ${index}` }));
    for (const person of people) here.enter(person, 0);
    const beats: number[] = [];
    for (let now = 1_000; now <= 3 * BEAT_MS; now += 1_000) beats.push(here.dueForBeat(now).length);
    const sum = (from: number, to: number) => beats.slice(from, to).reduce((all, one) => all + one, 0);
    expect(sum(0, 15)).toBeGreaterThanOrEqual(300);
    for (const from of [15, 30]) expect(sum(from, from + 15)).toBe(300);
    expect(Math.max(...beats)).toBeLessThan(100);
  });

  it('do not beat without a socket, and are stored again now and then', () => {
    here.enter(ALICE, 0);
    expect(here.dueForRecord(60_000)).toEqual([]);
    expect(here.dueForRecord(5 * 60_000)).toEqual([ALICE]);
    expect(here.dueForRecord(6 * 60_000)).toEqual([]);
    here.leave(ALICE, 6 * 60_000);
    expect([here.dueForBeat(20 * 60_000), here.dueForRecord(20 * 60_000)]).toEqual([[], []]);
  });

  it('leave with a leave of no socket that was never here as it was', () => {
    expect(here.leave(ALICE, 0)).toBe(false);
    here.enter(ALICE, 0);
    here.leave(ALICE, 0);
    expect(here.leave(ALICE, 1)).toBe(false);
    expect(here.takeAll()).toEqual([ALICE]);
    expect(here.takeAll()).toEqual([]);
  });
});
