import { withinTime } from './time-limit';

describe('withinTime', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is what the work comes to', async () => {
    await expect(withinTime(100, 'the work', Promise.resolve(7))).resolves.toBe(7);
    await expect(withinTime(100, 'the work', Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('says what took too long', async () => {
    const outcome = expect(withinTime(100, 'the work', new Promise(() => {}))).rejects.toThrow(
      'the work took longer than 100 ms',
    );
    await jest.advanceTimersByTimeAsync(100);
    await outcome;
  });

  it('leaves no timer behind', async () => {
    await withinTime(100, 'the work', Promise.resolve());
    await withinTime(100, 'the work', Promise.reject(new Error('no'))).catch(() => undefined);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes no notice of a failure that comes too late', async () => {
    const unhandled = jest.fn();
    process.once('unhandledRejection', unhandled);
    const work = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('late')), 200));
    const outcome = withinTime(100, 'the work', work).catch((error: Error) => error.message);
    await jest.advanceTimersByTimeAsync(300);
    jest.useRealTimers();
    await new Promise(setImmediate); // when Node would report it
    process.off('unhandledRejection', unhandled);
    expect(await outcome).toBe('the work took longer than 100 ms');
    expect(unhandled).not.toHaveBeenCalled();
  });
});
