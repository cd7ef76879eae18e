import { Logger } from '@nestjs/common';
import { ALICE, aDelivery, BOB, CONVERSATION, TENANT } from '../../../test/support/realtime/deliveries';
import type { Actor } from '../../common/actor';
import { DependencyUnavailable } from '../../common/problem';
import type { Unread, UnreadPair, UnreadService } from '../../conversations';
import type { CatchUp, Doubter } from '../fanout/catch-up';
import { DeliveryNotices } from '../fanout/delivery-notices';
import type { LocalSockets } from '../fanout/local-sockets';
import { ToldCounts } from './told-counts';
import type { UnreadCache } from './unread-cache';
import { UnreadCounts } from './unread-counts';

const PAIR: UnreadPair = { tenantId: TENANT, userId: BOB, conversationId: CONVERSATION };
const ofAlice = aDelivery(1, { packet: { event: 'new_message', payload: { message: { senderId: ALICE } } } });
const ofBob = aDelivery(2, { packet: { event: 'new_message', payload: { message: { senderId: BOB } } } });
const bobIsRemoved = aDelivery(3, { packet: { event: 'participant_removed', payload: { userId: BOB } } });

describe('telling unread counts', () => {
  let here: Set<string>;
  let truth: number | undefined;
  let asOf: number;
  let failures: Error[];
  /** Whatever has to do with this conversation fails. */
  let sick: string | undefined;
  /** Of each look, how many pairs. */
  let looks: number[];
  let answering: Promise<void> | undefined;
  let told: [userId: string, unreadCount: number][];
  let forgotten: UnreadPair[];
  let doubter: Doubter;
  let since: unknown[];
  let notices: DeliveryNotices;
  let counts: UnreadCounts;
  const passes = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
  const doubt = (people: Iterable<Actor>, forAges = false): void => doubter(people, forAges);

  async function lookUp(pairs: readonly UnreadPair[]): Promise<Unread[]> {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    if (pairs.some(({ conversationId }) => conversationId === sick)) throw new Error('a bad row');
    looks.push(pairs.length);
    const unreadCount = truth;
    await answering;
    return unreadCount === undefined ? [] : pairs.map((pair) => ({ ...pair, unreadCount, asOf: asOf++ }));
  }

  beforeEach(() => {
    jest.useFakeTimers();
    here = new Set([BOB]);
    [truth, asOf, failures, looks, told, forgotten, since] = [1, 1, [], [], [], [], []];
    [answering, sick] = [undefined, undefined];
    const unread = {
      of: lookUp,
      changedSince: (people: readonly Actor[], horizon: string | null) => {
        since.push(horizon);
        return lookUp(people.map((person) => ({ ...person, conversationId: CONVERSATION })));
      },
    };
    const sockets = {
      include: (_tenant: string, [userId = '']: readonly string[]) => here.has(userId),
      people: () => [...here].map((userId) => ({ tenantId: TENANT, userId })),
      tell: ({ userId }: Actor, _event: string, { unreadCount }: Unread) => told.push([userId, unreadCount]),
    };
    const cache = {
      write: () => Promise.resolve(),
      forget: (pairs: readonly UnreadPair[]) => Promise.resolve(void forgotten.push(...pairs)),
    };
    notices = new DeliveryNotices();
    counts = new UnreadCounts(
      unread as unknown as UnreadService,
      sockets as unknown as LocalSockets,
      new ToldCounts(),
      cache as unknown as UnreadCache,
      { onDoubt: (told: Doubter) => (doubter = told) } as unknown as CatchUp,
      notices,
    );
    counts.onModuleInit();
  });
  afterEach(async () => {
    await counts.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('happens once for all that came in a quarter of a second, and with what is true by then', async () => {
    for (let n = 0; n < 100; n++) notices.tell(ofAlice);
    truth = 100;
    await passes(249);
    expect(looks).toEqual([]);
    await passes(1);
    expect(looks).toEqual([1]);
    expect(told).toEqual([[BOB, 100]]);
    await passes(10_000);
    expect(looks).toEqual([1]);
  });

  it('asks for nobody who has no device here, and drops what is kept of them', async () => {
    notices.tell(ofAlice);
    await passes(250);
    here.delete(BOB);
    notices.tell(ofAlice);
    await passes(1_000);
    expect(looks).toEqual([1]);
    expect(forgotten).toEqual([PAIR]);
    notices.tell(ofAlice);
    await passes(1_000);
    expect(forgotten).toEqual([PAIR]);
  });

  it('looks again when something came while it looked, and only one look is under way', async () => {
    let answer = (): void => undefined;
    answering = new Promise((resolve) => (answer = resolve));
    notices.tell(ofAlice);
    await passes(250);
    truth = 2;
    notices.tell(ofAlice);
    await passes(5_000);
    expect(looks).toEqual([1]);
    answer();
    await passes(1_000);
    expect(looks).toEqual([1, 1]);
    expect(told).toEqual([
      [BOB, 1],
      [BOB, 2],
    ]);
  });

  it('tells nothing that it found to who was removed meanwhile', async () => {
    let answer = (): void => undefined;
    answering = new Promise((resolve) => (answer = resolve));
    notices.tell(ofAlice);
    await passes(250);
    notices.tell(bobIsRemoved);
    truth = undefined;
    answer();
    await passes(1_000);
    expect(told).toEqual([]);
    truth = 1;
    notices.tell(ofAlice);
    await passes(1_000);
    expect(told).toEqual([[BOB, 1]]);
  });

  it('does not look for who writes and has nothing unread, unless something else happened', async () => {
    here.add(ALICE);
    truth = 0;
    notices.tell(ofBob);
    await passes(250);
    expect(told).toEqual([
      [ALICE, 0],
      [BOB, 0],
    ]);
    notices.tell(ofBob);
    await passes(1_000);
    expect(looks).toEqual([2, 1]);
    notices.tell(ofAlice);
    notices.tell(ofBob);
    await passes(1_000);
    expect(looks).toEqual([2, 1, 2]);
  });

  it('looks for who writes while it looks: what it finds may be older', async () => {
    truth = 0;
    notices.tell(ofBob);
    await passes(1_000);
    let answer = (): void => undefined;
    answering = new Promise((resolve) => (answer = resolve));
    truth = 1;
    notices.tell(ofAlice);
    await passes(250);
    notices.tell(ofBob);
    truth = 0;
    answer();
    await passes(1_000);
    expect(told.at(-1)).toEqual([BOB, 0]);
  });

  it('goes on when Postgres is back', async () => {
    failures = [new DependencyUnavailable('postgres'), new DependencyUnavailable('postgres')];
    notices.tell(ofAlice);
    await passes(2_249);
    expect(told).toEqual([]);
    await passes(1);
    expect(told).toEqual([[BOB, 1]]);
  });

  it('tells the others where one can not be looked up, and says so', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    sick = 'sick';
    for (const conversationId of ['one', 'sick', 'other']) notices.tell({ ...ofAlice, conversationId });
    await passes(250);
    expect(told).toHaveLength(2);
    expect(errors).toHaveBeenCalledTimes(1);
    await passes(10_000);
    expect(errors).toHaveBeenCalledTimes(1);
    doubt([{ tenantId: TENANT, userId: BOB }]);
    await passes(250);
    expect(told).toHaveLength(3);
  });

  it('does not lose those that are left where Postgres goes away in the midst of it', async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    sick = 'sick';
    failures = [new Error('a bug'), new Error('a bug'), new DependencyUnavailable('postgres')];
    for (const conversationId of ['one', 'sick', 'other']) notices.tell({ ...ofAlice, conversationId });
    await passes(1_250);
    expect(told).toHaveLength(1);
  });

  it('looks for all that may have changed since all was heard, for who may have missed something', async () => {
    for (const look of ['10', '20', '30', '40']) counts.horizon.advance(look);
    failures = [new DependencyUnavailable('postgres')];
    doubt([{ tenantId: TENANT, userId: BOB }]);
    counts.horizon.advance('50');
    await passes(1_250);
    expect(since).toEqual(['20', '20']);
    expect(told).toEqual([[BOB, 1]]);
    doubt([{ tenantId: TENANT, userId: BOB }]);
    await passes(1_000);
    expect(since).toEqual(['20', '20', '30']);
  });

  it('looks for all there is where nobody knows since when something was missed', async () => {
    for (const look of ['10', '20', '30', '40']) counts.horizon.advance(look);
    doubt([{ tenantId: TENANT, userId: BOB }]);
    doubt([{ tenantId: TENANT, userId: BOB }], true);
    doubt([{ tenantId: TENANT, userId: BOB }]);
    await passes(1_000);
    expect(since).toEqual([null]);
    doubt([{ tenantId: TENANT, userId: BOB }]);
    await passes(1_000);
    expect(since).toEqual([null, '20']);
  });

  it('does not remember without end what it can not look up', async () => {
    failures = Array.from({ length: 3 }, () => new DependencyUnavailable('postgres'));
    for (let n = 0; n < 60_000; n++) notices.tell({ ...ofAlice, conversationId: `conversation ${n}` });
    await passes(5_000);
    expect(since.length).toBeGreaterThan(0);
    expect(told).not.toEqual([]);
    expect(looks.reduce((sum, pairs) => sum + pairs, 0)).toBeLessThan(20_000);
  });
});
