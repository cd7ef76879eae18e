import type * as Timers from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { BOB, CONVERSATION, TENANT } from '../../../test/support/realtime/deliveries';
import type { Unread, UnreadPair, UnreadService } from '../../conversations';
import { Metrics } from '../../telemetry';
import type { FrameListener } from '../frames/frame-listener';
import { ToldCounts } from './told-counts';
import type { UnreadCache } from './unread-cache';
import { UnreadCheck } from './unread-check';
import type { UnreadCounts } from './unread-counts';

const PAIR: UnreadPair = { tenantId: TENANT, userId: BOB, conversationId: CONVERSATION };

/** Jest's clock has no part for promises. */
function waitByTheClockOfTheTest(): void {
  const timers = jest.requireActual<typeof Timers>('node:timers/promises');
  jest.spyOn(timers, 'setTimeout').mockImplementation((ms, value, options) => {
    const waiting = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      options?.signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('aborted'));
      });
    });
    return waiting.then(() => value as never);
  });
}

describe('looking at unread counts again', () => {
  let metrics: Metrics;
  let told: ToldCounts;
  let truth: number | undefined;
  let cached: string | null;
  let due: boolean;
  let asked: number;
  let refreshed: UnreadPair[];
  let forgotten: UnreadPair[];
  let horizons: string[];
  let hearsEverybody: boolean;
  let stopping: AbortController;
  let check: UnreadCheck;

  const tells = (unreadCount: number): void => told.set({ ...PAIR, unreadCount, asOf: 1 });
  const drift = async (): Promise<string[]> =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('chat_unread_drift_total'));
  const found = (devices: number, redis: number): string[] => [
    `chat_unread_drift_total{place="devices"} ${devices}`,
    `chat_unread_drift_total{place="redis"} ${redis}`,
  ];
  /** What happens between the two looks. */
  async function run(meanwhile: () => void = () => undefined): Promise<void> {
    const running = check.run(stopping.signal);
    await jest.advanceTimersByTimeAsync(4_999);
    meanwhile();
    await jest.advanceTimersByTimeAsync(1);
    await running;
  }

  beforeEach(() => {
    jest.useFakeTimers();
    waitByTheClockOfTheTest();
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    metrics = new Metrics();
    told = new ToldCounts();
    [truth, cached, due, asked, hearsEverybody] = [1, null, false, 0, true];
    [refreshed, forgotten, horizons] = [[], [], []];
    stopping = new AbortController();
    const unread = {
      of: (pairs: readonly UnreadPair[]): Promise<Unread[]> => {
        asked++;
        const unreadCount = truth;
        return Promise.resolve(
          unreadCount === undefined ? [] : pairs.map((pair) => ({ ...pair, unreadCount, asOf: 9 })),
        );
      },
      horizon: () => Promise.resolve('7'),
    };
    const counts = {
      horizon: { advance: (look: string) => horizons.push(look) },
      isDue: () => due,
      refresh: (pairs: readonly UnreadPair[]) => void refreshed.push(...pairs),
    };
    const cache = {
      read: (pairs: readonly UnreadPair[]) => Promise.resolve(pairs.map(() => cached)),
      forget: (pairs: readonly UnreadPair[]) => Promise.resolve(void forgotten.push(...pairs)),
    };
    check = new UnreadCheck(
      metrics,
      unread as unknown as UnreadService,
      counts as unknown as UnreadCounts,
      told,
      cache as unknown as UnreadCache,
      {
        get hearsEverybody() {
          return hearsEverybody;
        },
      } as FrameListener,
    );
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('finds nothing where nothing is wrong, and asks nothing where nobody was told anything', async () => {
    await run();
    expect(asked).toBe(0);
    tells(1);
    cached = '1:9';
    await run();
    expect(asked).toBe(1);
    expect(await drift()).toEqual(found(0, 0));
  });

  it.each(['2:9', '1', '', 'nonsense', '11:9', '-1:9'])('finds what Redis has wrong: %j', async (value) => {
    tells(1);
    cached = value;
    await run();
    expect(await drift()).toEqual(found(0, 1));
    expect(forgotten).toMatchObject([PAIR]);
    expect(refreshed).toMatchObject([PAIR]);
  });

  it('finds what devices were told wrong', async () => {
    tells(3);
    await run();
    expect(await drift()).toEqual(found(1, 0));
    expect(refreshed).toMatchObject([PAIR]);
  });

  it('finds what Redis still has of somebody who is not in the conversation any more', async () => {
    tells(3);
    cached = '3:1';
    truth = undefined;
    await run();
    expect(await drift()).toEqual(found(0, 1));
  });

  it.each<[string, () => void]>([
    ['was told in the end', () => tells(1)],
    ['was told, and is another again by now', () => tells(2)],
    ['is right after all', () => (truth = 3)],
    ['is about to be told', () => (due = true)],
    ['is nobody’s here any more', () => void told.forget(PAIR)],
  ])('does not take for drift what %s', async (_what, meanwhile) => {
    tells(3);
    await run(meanwhile);
    expect(await drift()).toEqual(found(0, 0));
    expect(refreshed).toEqual([]);
  });

  it('does not take for drift what Redis was told meanwhile', async () => {
    tells(1);
    cached = '2:8';
    await run(() => (cached = '3:10'));
    expect(await drift()).toEqual(found(0, 0));
  });

  it('tells right and does not count what other nodes did while they were not heard', async () => {
    tells(3);
    await run(() => (hearsEverybody = false));
    expect(await drift()).toEqual(found(0, 0));
    expect(refreshed).toMatchObject([PAIR]);
  });

  it('ends at once when the process stops', async () => {
    tells(3);
    const running = check.run(stopping.signal);
    await jest.advanceTimersByTimeAsync(10);
    stopping.abort();
    await running;
    expect(await drift()).toEqual(found(0, 0));
  });

  it('takes note how far all was heard, while all is heard', async () => {
    await run();
    hearsEverybody = false;
    await run();
    expect(horizons).toEqual(['7']);
  });
});
