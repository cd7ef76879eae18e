import { FurthestMark } from './furthest-mark';

describe('marks that come while one is being written', () => {
  let marks: FurthestMark<string>;
  let written: number[];
  let answers: { readonly give: (answer: string) => void; readonly fail: (error: Error) => void }[];
  const write = (seq: number): Promise<string> => {
    written.push(seq);
    return new Promise((give, fail) => answers.push({ give, fail }));
  };
  const settle = () => new Promise(setImmediate);

  beforeEach(() => {
    marks = new FurthestMark();
    [written, answers] = [[], []];
  });

  it('are written as one, the furthest of them, and all are answered with it', async () => {
    const first = marks.move('here', 1, write);
    const others = [3, 7, 5].map((seq) => marks.move('here', seq, write));
    expect(written).toEqual([1]);
    answers[0]?.give('one');
    expect(await first).toBe('one');
    await settle();
    expect(written).toEqual([1, 7]);
    answers[1]?.give('seven');
    expect(await Promise.all(others)).toEqual(['seven', 'seven', 'seven']);
  });

  it('are not held up by those for another place', () => {
    void marks.move('here', 1, write);
    void marks.move('there', 2, write);
    expect(written).toEqual([1, 2]);
  });

  it('are written although the one before them failed', async () => {
    const first = marks.move('here', 1, write);
    const second = marks.move('here', 2, write);
    answers[0]?.fail(new Error('Postgres is away'));
    await expect(first).rejects.toThrow('away');
    await settle();
    answers[1]?.give('two');
    expect(await second).toBe('two');
  });

  it('fail together with the one that stood for them', async () => {
    const first = marks.move('here', 1, write);
    const others = [2, 3].map((seq) => marks.move('here', seq, write));
    answers[0]?.give('one');
    await first;
    await settle();
    answers[1]?.fail(new Error('Postgres is away'));
    for (const other of others) await expect(other).rejects.toThrow('away');
  });

  it('wait again where another is being written by then', async () => {
    const all = [marks.move('here', 1, write), marks.move('here', 2, write)];
    answers[0]?.give('one');
    await settle();
    all.push(marks.move('here', 3, write), marks.move('here', 4, write));
    expect(written).toEqual([1, 2]);
    answers[1]?.give('two');
    await settle();
    expect(written).toEqual([1, 2, 4]);
    answers[2]?.give('four');
    expect(await Promise.all(all)).toEqual(['one', 'two', 'four', 'four']);
  });

  it('are written at once when nothing is', async () => {
    const first = marks.move('here', 1, write);
    answers[0]?.give('one');
    await first;
    void marks.move('here', 2, write);
    expect(written).toEqual([1, 2]);
  });
});
