import { CatchUp } from './catch-up';
import type { LocalSockets } from './local-sockets';

describe('CatchUp', () => {
  const said: number[] = [];
  let sockets: { isEmpty: boolean; askAllToSync: () => void };
  let catchUp: CatchUp;
  beforeEach(() => {
    jest.useFakeTimers();
    said.length = 0;
    sockets = { isEmpty: false, askAllToSync: () => said.push(performance.now()) };
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
    catchUp.everybody(1_500);
    jest.advanceTimersByTime(1_000);
    catchUp.everybody();
    jest.advanceTimersByTime(9_000);
    expect(said.map((at) => at - start)).toEqual([1_500]);
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
});
