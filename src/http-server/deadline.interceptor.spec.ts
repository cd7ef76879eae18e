import type { ExecutionContext } from '@nestjs/common';
import { firstValueFrom, NEVER, type Observable, of, throwError } from 'rxjs';
import { DeadlineInterceptor } from './deadline.interceptor';

/** What becomes of a request whose handler answers so, after the guards have taken their time. */
const within = (type: string, answer: Observable<unknown>, elapsedTime = 0): Promise<unknown> => {
  const context = { getType: () => type, switchToHttp: () => ({ getResponse: () => ({ elapsedTime }) }) };
  const handler = { handle: () => answer };
  return firstValueFrom(new DeadlineInterceptor().intercept(context as unknown as ExecutionContext, handler));
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

  it('counts from when the request came, not from when its handler began', async () => {
    const outcome = expect(within('http', NEVER, 4_000)).rejects.toMatchObject({ code: 'unavailable' });
    await jest.advanceTimersByTimeAsync(900);
    await outcome;
    const late = expect(within('http', NEVER, 60_000)).rejects.toMatchObject({ code: 'unavailable' });
    await jest.advanceTimersByTimeAsync(1);
    await late;
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
