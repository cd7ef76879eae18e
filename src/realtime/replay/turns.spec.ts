import { Turns } from './turns';

describe('Turns', () => {
  let ends: ((error?: Error) => void)[];
  let began: number[];
  beforeEach(() => {
    ends = [];
    began = [];
  });

  function work(n: number): () => Promise<number> {
    return () => {
      began.push(n);
      return new Promise((resolve, reject) => {
        ends[n] = (error) => (error === undefined ? resolve(n) : reject(error));
      });
    };
  }

  it('lets so many work at once, and the others in the order they came', async () => {
    const turns = new Turns(2);
    const all = [0, 1, 2, 3].map((n) => turns.take(work(n)));
    expect(began).toEqual([0, 1]);
    ends[1]?.();
    await all[1];
    expect(began).toEqual([0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await all[2];
    ends[3]?.();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('goes on after a failure, which is the matter of whoever asked', async () => {
    const turns = new Turns(1);
    const [failing, next] = [turns.take(work(0)), turns.take(work(1))];
    ends[0]?.(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    ends[1]?.();
    expect(await next).toBe(1);
    expect(await turns.take(() => Promise.resolve(2))).toBe(2);
  });
});
