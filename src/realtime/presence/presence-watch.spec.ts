import { DependencyUnavailable } from '../../common/problem';
import type { OnlineKeys, OwnPresence, PresenceNews } from '../../presence';
import type { ChatSocket } from '../socket-contract';
import type { FollowerOf, PresenceFrames } from './presence-frames';
import { type Followed, PresenceSubscriptions } from './presence-subscriptions';
import { PresenceWatch } from './presence-watch';

const ALICE = { tenantId: '00000000-0000-0000-0000-000000000000', userId: 'alice' };
type Listener = Parameters<PresenceNews['listen']>[0];

describe('those whom somebody follows', () => {
  const socket = {} as ChatSocket;
  let subscriptions: PresenceSubscriptions;
  let watch: PresenceWatch;
  let alice: Followed;
  let listener: Listener;
  let said: string[];
  /** Whether Redis has her key; undefined: it is away. */
  let key: boolean | undefined;
  let isPostgresAway: boolean;
  /** Who was to be told, round by round. */
  let settled: FollowerOf[][];

  beforeEach(() => {
    jest.useFakeTimers();
    [said, key, isPostgresAway, settled] = [[], true, false, []];
    const news = {
      listen: (given: Listener) => (listener = given),
      say: (kind: string) => said.push(kind),
    };
    const keys = {
      read: () => (key === undefined ? Promise.reject(new Error('away')) : Promise.resolve([key])),
    };
    const frames = {
      settle: (followers: FollowerOf[]) => {
        if (followers.length > 0) settled.push(followers);
        return isPostgresAway ? Promise.reject(new DependencyUnavailable('postgres')) : Promise.resolve();
      },
    };
    subscriptions = new PresenceSubscriptions();
    watch = new PresenceWatch(
      subscriptions,
      keys as unknown as OnlineKeys,
      { has: () => false } as unknown as OwnPresence,
      news as unknown as PresenceNews,
      frames as unknown as PresenceFrames,
    );
    watch.onModuleInit();
    alice = subscriptions.add(socket, ALICE, 'online', performance.now());
  });
  afterEach(() => {
    watch.onApplicationShutdown();
    jest.useRealTimers();
  });

  const hears = (kind: 'came' | 'left'): void => listener(kind, ALICE, false);
  const passes = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1_000);

  it('are looked at now and then without any hint, and nobody is told what they know', async () => {
    await passes(60);
    expect([alice.isOnline, settled]).toEqual([true, []]);
    expect(performance.now() - alice.knownAt).toBeLessThanOrEqual(11_000);
  });

  it('are gone at once when it is said that they left, and back when they came', async () => {
    key = false;
    hears('left');
    await passes(0.1);
    expect([alice.isOnline, settled.at(-1)]).toEqual([false, [[alice, socket]]]);
    key = true;
    hears('came');
    await passes(0.1);
    expect(alice.isOnline).toBe(true);
    expect(said).toEqual([]);
  });

  it('are asked for before a missing key is believed', async () => {
    key = false;
    watch.look(alice);
    await passes(0.1);
    expect([alice.isOnline, said]).toEqual([true, ['asked']]);
    await passes(3);
    expect([alice.isOnline, said]).toEqual([false, ['asked']]);
  });

  it('stay while somebody says that they are there, whatever becomes of the key', async () => {
    key = false;
    for (let time = 0; time < 20; time++) {
      await passes(1);
      if (said.splice(0).length > 0) hears('came');
    }
    expect([alice.isOnline, settled]).toEqual([true, []]);
  });

  it('are not known to be there when nothing could be read for half a minute', async () => {
    key = undefined;
    await passes(29);
    expect(alice.isOnline).toBe(true);
    await passes(3);
    expect([alice.isOnline, settled.at(-1)]).toEqual([false, [[alice, socket]]]);
  });

  it('are asked about again when Postgres could not say who may see them', async () => {
    isPostgresAway = true;
    watch.doubt(alice, socket);
    await passes(2);
    const asked = settled.length;
    expect(asked).toBeGreaterThan(0);
    isPostgresAway = false;
    await passes(1.2);
    expect(settled.length).toBeGreaterThan(asked);
    const settledAt = settled.length;
    await passes(5);
    expect(settled).toHaveLength(settledAt);
  });

  it('are followed no more by a socket that is gone', () => {
    subscriptions.removeAll(socket);
    expect([...subscriptions.all()]).toEqual([]);
    expect(subscriptions.countWith(socket, [ALICE])).toBe(1);
  });
});
