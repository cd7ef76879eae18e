import { setImmediate as nextTurn } from 'node:timers/promises';
import { Arrivals, type Stage } from './arrivals';

describe('arrivals', () => {
  let now: number;
  let arrivals: Arrivals;
  let done: string[];
  beforeEach(() => {
    [now, arrivals, done] = [0, new Arrivals(), []];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  const add = (name: string, stage: Stage = 'ask', ms = 1): void =>
    arrivals.add(stage, () => {
      now += ms;
      done.push(name);
    });
  const crowd = (size: number): void => {
    for (let n = 1; n <= size; n++) add(String(n));
  };

  it('are let in at once when they come alone', () => {
    add('alone');
    expect(done).toEqual(['alone']);
  });

  it('leave room in each turn for others when many come', async () => {
    crowd(20);
    expect(done).toHaveLength(8);
    await nextTurn();
    expect(done).toHaveLength(16);
    await nextTurn();
    expect(done).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
  });

  it('take as much of a turn when one comes after the other', async () => {
    crowd(8);
    add('later', 'ask');
    expect(done).not.toContain('later');
    await nextTurn();
    expect(done).toContain('later');
  });

  it('go on with those who have come furthest', async () => {
    crowd(8);
    add('knocks', 'knock');
    add('asks', 'ask');
    add('enters', 'enter');
    await nextTurn();
    expect(done.slice(8)).toEqual(['enters', 'asks', 'knocks']);
  });

  it('are let in at once again when the crowd is in', async () => {
    crowd(10);
    await nextTurn();
    await nextTurn();
    add('alone');
    expect(done.at(-1)).toBe('alone');
  });
});
