import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DependencyUnavailable } from '../problem';
import { BackgroundModule } from './background.module';
import { Background, type BackgroundTask } from './background-task';

/** Each round goes on until the test ends it. */
@Background()
class Tally implements BackgroundTask {
  readonly name = 'tally';
  readonly intervalMs = 1_000;
  readonly signals: AbortSignal[] = [];
  endRound: (failure?: Error) => void;

  run(signal: AbortSignal): Promise<void> {
    this.signals.push(signal);
    return new Promise((resolve, reject) => {
      this.endRound = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
  }

  get rounds(): number {
    return this.signals.length;
  }
}

@Background()
class Careless implements BackgroundTask {
  readonly name = 'careless';
  readonly intervalMs = 500;
  rounds = 0;

  run(): Promise<void> {
    this.rounds++;
    throw new Error('before there was a promise');
  }
}

describe('background tasks', () => {
  let app: TestingModule;
  let tally: Tally;
  let errors: jest.SpyInstance;
  const passes = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  beforeEach(async () => {
    jest.useFakeTimers();
    errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    app = await Test.createTestingModule({
      imports: [BackgroundModule],
      providers: [Tally, Careless],
    }).compile();
    await app.init();
    tally = app.get(Tally);
  });
  afterEach(async () => {
    tally.endRound();
    await app.close();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('begin when the process does', () => {
    expect(tally.rounds).toBe(1);
  });

  it('begin the next round an interval after the end of the last, and never two at once', async () => {
    await passes(10_000);
    expect(tally.rounds).toBe(1);
    tally.endRound();
    await passes(999);
    expect(tally.rounds).toBe(1);
    await passes(1);
    expect(tally.rounds).toBe(2);
  });

  it('go on after a failure', async () => {
    tally.endRound(new Error('Postgres is away'));
    await passes(1_000);
    expect(tally.rounds).toBe(2);
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({
        task: 'tally',
        err: expect.objectContaining({ message: 'Postgres is away' }),
      }),
    );
  });

  it('say once that something they need is away, until they have run again', async () => {
    const warnings = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    for (let round = 0; round < 3; round++) {
      tally.endRound(new DependencyUnavailable('postgres'));
      await passes(1_000);
    }
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(errors).not.toHaveBeenCalledWith(expect.objectContaining({ task: 'tally' }));
    tally.endRound();
    await passes(1_000);
    tally.endRound(new DependencyUnavailable('postgres'));
    await passes(1_000);
    expect(warnings).toHaveBeenCalledTimes(2);
  });

  it('go on when one throws before there is a promise, and do not hinder each other', async () => {
    await passes(5_000);
    expect(app.get(Careless).rounds).toBe(11);
    expect(tally.rounds).toBe(1);
  });

  it('are told to end when the process stops, waited for, and not begun again', async () => {
    expect(tally.signals[0]?.aborted).toBe(false);
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    await passes(0);
    expect(tally.signals[0]?.aborted).toBe(true);
    expect(closed).toBe(false);
    tally.endRound();
    await closing;
    await passes(10_000);
    expect(tally.rounds).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are not begun again when the process stops between two rounds', async () => {
    tally.endRound();
    await passes(500);
    await app.close();
    await passes(10_000);
    expect(tally.rounds).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
