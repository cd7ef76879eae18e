import { GroupCommit } from './group-commit';

class BadData extends Error {}

/** Commits what it is given when the test says so. */
class Log {
  readonly groups: string[][] = [];
  private answer: () => void = () => undefined;
  /** What the commit of a group throws, if anything. */
  fault: (group: readonly string[]) => Error | undefined = () => undefined;

  readonly commit = async (group: readonly string[]): Promise<string[]> => {
    this.groups.push([...group]);
    await new Promise<void>((resolve) => (this.answer = resolve));
    const fault = this.fault(group);
    if (fault !== undefined) throw fault;
    return group.map((item) => item.toUpperCase());
  };

  /** The group in flight is answered, and whatever follows from that happens. */
  async answers(): Promise<void> {
    this.answer();
    await new Promise(setImmediate);
  }

  async answersAll(): Promise<void> {
    for (let answered = 0; answered < this.groups.length; answered++) await this.answers();
  }
}

describe('GroupCommit', () => {
  let log: Log;
  let group: GroupCommit<string, string>;
  beforeEach(() => {
    log = new Log();
    group = new GroupCommit(log.commit, (error) => error instanceof BadData, { size: 3, waiting: 4 });
  });

  /** What becomes of these, added one after the other: an outcome each, or the message of an error. */
  const outcomes = (...items: string[]): Promise<string[]> =>
    Promise.all(items.map((item) => group.add(item).catch((error: Error) => `failed: ${error.message}`)));

  it('commits a lone item at once', async () => {
    const outcome = group.add('a');
    expect(log.groups).toEqual([['a']]);
    await log.answers();
    await expect(outcome).resolves.toBe('A');
  });

  it('gathers the next group while one is in flight, and never has two there', async () => {
    const outcome = outcomes('a', 'b', 'c');
    expect(log.groups).toEqual([['a']]);
    await log.answers();
    expect(log.groups).toEqual([['a'], ['b', 'c']]);
    await log.answers();
    await expect(outcome).resolves.toEqual(['A', 'B', 'C']);
  });

  it('keeps the order items came in, in groups no larger than allowed', async () => {
    const outcome = outcomes('a', 'b', 'c', 'd', 'e', 'f');
    await log.answersAll();
    expect(log.groups).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f']]);
    await expect(outcome).resolves.toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
  });

  it('tells nobody before the commit of their own group has answered', async () => {
    const told: string[] = [];
    for (const item of ['a', 'b', 'c']) void group.add(item).then((outcome) => told.push(outcome));
    await log.answers();
    expect(told).toEqual(['A']);
    await log.answers();
    expect(told).toEqual(['A', 'B', 'C']);
  });

  it('is full when as many wait as may, those in flight not counted', async () => {
    void outcomes('a', 'b', 'c', 'd');
    expect(group.isFull).toBe(false);
    void outcomes('e');
    expect(group.isFull).toBe(true);
    await log.answers();
    expect(group.isFull).toBe(false);
    await log.answersAll();
  });

  it('tries a group item by item, in order, when the failure lies in what was sent', async () => {
    log.fault = (items) => (items.includes('bad') ? new BadData('bad data') : undefined);
    const outcome = outcomes('a', 'b', 'bad', 'c', 'd');
    await log.answersAll();
    expect(log.groups).toEqual([['a'], ['b', 'bad', 'c'], ['b'], ['bad'], ['c'], ['d']]);
    await expect(outcome).resolves.toEqual(['A', 'B', 'failed: bad data', 'C', 'D']);
  });

  it('tries a lone item once', async () => {
    log.fault = () => new BadData('bad data');
    const outcome = outcomes('bad');
    await log.answersAll();
    expect(log.groups).toEqual([['bad']]);
    await expect(outcome).resolves.toEqual(['failed: bad data']);
  });

  it('fails a whole group when nobody knows whether it was committed, and tries nothing again', async () => {
    log.fault = (items) => (items.includes('b') ? new Error('connection lost') : undefined);
    const outcome = outcomes('a', 'b', 'c', 'd', 'e');
    await log.answersAll();
    expect(log.groups).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    const lost = 'failed: connection lost';
    await expect(outcome).resolves.toEqual(['A', lost, lost, lost, 'E']);
  });

  it('is drained when nothing is waiting or in flight', async () => {
    await group.drained();
    let drained = false;
    void outcomes('a', 'b');
    const draining = group.drained().then(() => (drained = true));
    await log.answers();
    expect(drained).toBe(false);
    await log.answers();
    await draining;
  });

  it('is settled when all that was taken in by then has its outcome, whatever came in meanwhile', async () => {
    await group.settled();
    void outcomes('a', 'b', 'c', 'd');
    let settled = false;
    const settling = group.settled().then(() => (settled = true));
    await log.answers();
    void outcomes('e');
    expect(settled).toBe(false);
    await log.answers();
    await settling;
    expect(group.isBusy).toBe(true);
    await log.answersAll();
    expect(group.isBusy).toBe(false);
  });

  it('is settled also by a failure', async () => {
    log.fault = () => new Error('connection lost');
    const outcome = outcomes('a');
    const settling = group.settled();
    await log.answers();
    await settling;
    await expect(outcome).resolves.toEqual(['failed: connection lost']);
  });

  it('refuses those whose turn comes when their callers have long been told otherwise', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    group = new GroupCommit(log.commit, () => false, { size: 3, waiting: 100, patienceMs: 3_000 });
    const outcome = outcomes('a', 'b', 'c');
    clock.mockReturnValue(1);
    const later = outcomes('d', 'e');
    clock.mockReturnValue(3_001);
    await log.answers();
    await log.answersAll();
    clock.mockRestore();
    expect(log.groups).toEqual([['a'], ['d'], ['e']]);
    const refused = 'failed: The service can not do this at the moment. Try again shortly.';
    expect([await outcome, await later]).toEqual([
      ['A', refused, refused],
      ['D', 'E'],
    ]);
  });

  it('gives away, in order and when its turn has come, what must not go with the group', async () => {
    const given: string[] = [];
    const divert = (item: string): Promise<string> | undefined => {
      if (!item.startsWith('x')) return undefined;
      given.push(item);
      return Promise.resolve(`given ${item}`);
    };
    group = new GroupCommit(log.commit, (error) => error instanceof BadData, { size: 3, waiting: 9 }, divert);
    log.fault = (items) => (items.includes('bad') ? new BadData('bad data') : undefined);
    const outcome = outcomes('a', 'x1', 'bad', 'b', 'x2');
    expect(given).toEqual([]);
    await log.answersAll();
    expect(given).toEqual(['x1', 'x2']); // once each, although their group was tried item by item
    expect(log.groups).toEqual([['a'], ['bad', 'b'], ['bad'], ['b']]);
    await expect(outcome).resolves.toEqual(['A', 'given x1', 'failed: bad data', 'B', 'given x2']);
  });

  it('goes on after a lone item was given away', async () => {
    const divert = (item: string) => (item === 'x' ? Promise.resolve('given x') : undefined);
    group = new GroupCommit(log.commit, () => false, { size: 3, waiting: 9 }, divert);
    await expect(outcomes('x')).resolves.toEqual(['given x']);
    const outcome = outcomes('a');
    await log.answers();
    await expect(outcome).resolves.toEqual(['A']);
  });

  it('goes on after it was drained', async () => {
    void outcomes('a');
    await log.answers();
    const outcome = outcomes('b');
    await log.answers();
    await expect(outcome).resolves.toEqual(['B']);
  });
});
