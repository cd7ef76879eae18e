import type { ExecutionContext } from '@nestjs/common';
import { firstValueFrom, NEVER, type Observable, of, throwError } from 'rxjs';
import { DeadlineInterceptor } from './deadline.interceptor';

const within = (type: string, answer: Observable<unknown>): Promise<unknown> => {
  const context = { getType: () => type } as unknown as ExecutionContext;
  return firstValueFrom(new DeadlineInterceptor().intercept(context, { handle: () => answer }));
};

describe('the deadline of a request', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is within five seconds, whatever does not answer', async () => {
    const outcome = expect(within('http', NEVER)).rejects.toMatchObject({ code: 'unavailable' });
    await jest.advanceTimersByTimeAsync(4_900);
    await outcome;
  });

  it('leaves answers and errors as they are', async () => {
    await expect(within('http', of('an answer'))).resolves.toBe('an answer');
    const fault = new TypeError('a fault');
    await expect(
      within(
        'http',
        throwError(() => fault),
      ),
    ).rejects.toBe(fault);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not for sockets, which have their own', async () => {
    void within('ws', NEVER);
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
