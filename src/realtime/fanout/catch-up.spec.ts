import { CatchUp } from './catch-up';
import type { LocalSockets } from './local-sockets';

interface SomeSockets {
  isEmpty: boolean;
  all: () => number[];
  people: () => string[];
  askTheseToSync: (asked: readonly number[]) => void;
}

describe('CatchUp', () => {
  const said: number[] = [];
  let asked: number[];
  let present: number;
  let sockets: SomeSockets;
  let catchUp: CatchUp;
  beforeEach(() => {
    jest.useFakeTimers();
    said.length = 0;
    [asked, present] = [[], 1];
    sockets = {
      isEmpty: false,
      all: () => Array.from({ length: present }, (_, index) => index),
      people: () => ['everybody'],
      askTheseToSync: (some) => {
        said.push(performance.now());
        asked.push(...some);
      },
    };
    catchUp = new CatchUp(sockets as unknown as LocalSockets);
  });
  afterEach(() => jest.useRealTimers());

  it('says once what is doubtful several times in a moment', () => {
    const start = performance.now();
    catchUp.everybody();
    jest.advanceTimersByTime(200);
    catchUp.everybody();
    jest.advanceTimersByTime(1_500);
    expect(said.map((at) => at - start)).toEqual([300]);
  });

  it('says again what is doubtful afterwards, but not all the time', () => {
    for (let ms = 0; ms < 10_000; ms += 100) {
      catchUp.everybody();
      jest.advanceTimersByTime(100);
    }
    expect(said).toHaveLength(5);
  });

  it('waits until it is known what was missed, and brings what became doubtful in between', () => {
    const start = performance.now();
    catchUp.everybody();
    catchUp.everybody({ notBeforeMs: 1_500 });
    jest.advanceTimersByTime(1_000);
    catchUp.everybody();
    jest.advanceTimersByTime(9_000);
    expect(said.map((at) => at - start)).toEqual([1_500]);
  });

  it('tells thousands one after the other, within a second and a half, and each once', () => {
    present = 10_000;
    catchUp.everybody();
    jest.advanceTimersByTime(300);
    expect(asked.length).toBeLessThan(500);
    jest.advanceTimersByTime(1_500);
    expect(asked).toEqual(sockets.all());
    jest.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(10_000);
  });

  it('tells a few at once', () => {
    present = 50;
    catchUp.everybody();
    jest.advanceTimersByTime(300);
    expect(asked).toHaveLength(50);
  });

  it('says once whom it concerns, and whether it is known since when', () => {
    const doubts: unknown[] = [];
    present = 10_000;
    catchUp.onDoubt((people, forAges) => doubts.push([[...people], forAges]));
    catchUp.everybody({ forAges: true });
    catchUp.everybody();
    jest.advanceTimersByTime(1_900);
    catchUp.everybody();
    jest.advanceTimersByTime(10_000);
    expect(doubts).toEqual([
      [['everybody'], true],
      [['everybody'], false],
    ]);
  });

  it('has nothing to say where nobody has been', () => {
    sockets.isEmpty = true;
    catchUp.everybody();
    sockets.isEmpty = false;
    jest.advanceTimersByTime(10_000);
    expect(said).toEqual([]);
  });

  it('is quiet after the end', () => {
    catchUp.everybody();
    catchUp.onApplicationShutdown();
    jest.advanceTimersByTime(10_000);
    expect(said).toEqual([]);
  });

  it('is quiet after the end, in the middle of it too', () => {
    present = 10_000;
    catchUp.everybody();
    jest.advanceTimersByTime(400);
    catchUp.onApplicationShutdown();
    const before = said.length;
    jest.advanceTimersByTime(10_000);
    expect(said).toHaveLength(before);
  });
});
