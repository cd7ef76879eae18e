import { randomUUID } from 'node:crypto';
import { type KahaBehaviour, FakeKaha } from '../../test/support/fake-kaha';
import { runInContext } from '../common/request-context';
import { KahaProfileSource } from './kaha-profile-source';
import { type ProfileIds, ProfileSourceUnavailable } from './profile-source';

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
const people = (...users: string[]): ProfileIds => ({ users: new Set(users), businesses: new Set() });

/** The time-out in milliseconds, with room for a busy machine, yet well short of a second one. */
const ONE_SECOND_AND_SOME = 1_500;

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe('KahaProfileSource', () => {
  let kaha: FakeKaha;
  let source: KahaProfileSource;

  beforeEach(async () => {
    kaha = await new FakeKaha().start();
    kaha.knowsEverybody();
    source = new KahaProfileSource({ baseUrl: kaha.baseUrl, serviceToken: kaha.token });
  });
  afterEach(async () => {
    await source.onApplicationShutdown();
    await kaha.stop();
  });

  async function expectOutage(asked = people(randomUUID())): Promise<void> {
    await expect(source.fetch(asked)).rejects.toThrow(ProfileSourceUnavailable);
  }

  describe('with upstream in good health', () => {
    it('asks for people and businesses in one authenticated call', async () => {
      const [user, business] = [randomUUID(), randomUUID()];

      const answer = await source.fetch({ users: new Set([user]), businesses: new Set([business]) });

      expect(answer.users.get(user)?.name).toBe(`Person ${user.slice(-4)}`);
      expect(answer.businesses.get(business)?.name).toBe(`Shop ${business.slice(-4)}`);
      expect(kaha.calls).toHaveLength(1);
      expect(kaha.calls[0]).toMatchObject({
        method: 'POST',
        path: '/api/batch/profiles',
        headers: { authorization: `Bearer ${kaha.token}`, 'content-type': 'application/json' },
        body: { user_uuids: [user], business_uuids: [business] },
      });
    });

    it('leaves out whom upstream does not know', async () => {
      const stranger = randomUUID();
      kaha.behave({ kind: 'body', body: '{"users": [], "businesses": []}' });

      expect((await source.fetch(people(stranger))).users.has(stranger)).toBe(false);
    });

    it('asks nothing when nobody is wanted', async () => {
      expect((await source.fetch(people())).users.size).toBe(0);
      expect(kaha.calls).toHaveLength(0);
    });

    it('asks for 250 in three calls, none above a hundred ids', async () => {
      const [users, businesses] = [ids(150), ids(100)];

      const answer = await source.fetch({ users: new Set(users), businesses: new Set(businesses) });

      expect(kaha.calls).toHaveLength(3);
      expect([...answer.users.keys()].sort()).toEqual([...users].sort());
      expect([...answer.businesses.keys()].sort()).toEqual([...businesses].sort());
    });

    it('never has more than eight calls under way', async () => {
      kaha.behave({ kind: 'slow', ms: 30 });

      await Promise.all(Array.from({ length: 40 }, () => source.fetch(people(randomUUID()))));

      expect(kaha.calls).toHaveLength(40);
      expect(kaha.peakInFlight).toBe(8);
    });

    it('accepts an answer that is late, but in time', async () => {
      kaha.behave({ kind: 'slow', ms: 300 });
      const user = randomUUID();

      expect((await source.fetch(people(user))).users.has(user)).toBe(true);
    });

    it('keeps the path of the base URL', async () => {
      const prefixed = new KahaProfileSource({ baseUrl: `${kaha.baseUrl}/main/`, serviceToken: kaha.token });

      await expect(prefixed.fetch(people(randomUUID()))).rejects.toThrow('404');

      expect(kaha.calls[0]?.path).toBe('/main/api/batch/profiles');
      await prefixed.onApplicationShutdown();
    });
  });

  describe('the trace', () => {
    it('goes on to upstream, each call a step of its own', async () => {
      const traceId = 'c0ffee'.padEnd(32, '0');
      const work = (): Promise<unknown> => source.fetch(people(...ids(101)));

      await runInContext({ requestId: 'r', traceId }, work);

      const traces = kaha.calls.map((call) => call.headers['traceparent']);
      expect(traces).toEqual(
        Array(2).fill(expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))),
      );
      expect(new Set(traces).size).toBe(2);
    });

    it('is not invented outside of a request', async () => {
      await source.fetch(people(randomUUID()));

      expect(kaha.calls[0]?.headers).not.toHaveProperty('traceparent');
    });
  });

  describe('F09 with upstream ill', () => {
    it.each<[string, KahaBehaviour]>([
      ['401', { kind: 'status', status: 401 }],
      ['404', { kind: 'status', status: 404 }],
      ['429', { kind: 'status', status: 429 }],
      ['500', { kind: 'status', status: 500 }],
      ['503', { kind: 'status', status: 503 }],
      ['204', { kind: 'status', status: 204 }],
      ['garbage', { kind: 'body', body: 'garbage' }],
      ['a reset in the middle of the body', { kind: 'reset' }],
      ['more than 1 MiB', { kind: 'huge', bytes: 1_048_577 }],
    ])('says so at once: %s', async (_what, behaviour) => {
      kaha.behave(behaviour);

      expect(await millisecondsOf(expectOutage)).toBeLessThan(500);
    });

    it.each<[string, KahaBehaviour]>([
      ['never answers', { kind: 'hang' }],
      ['answers after five seconds', { kind: 'slow', ms: 5_000 }],
      ['sends a byte every 100 ms', { kind: 'trickle', everyMs: 100 }],
    ])('waits one second when it %s', async (_what, behaviour) => {
      kaha.behave(behaviour);

      const waited = await millisecondsOf(expectOutage);

      expect(waited).toBeGreaterThanOrEqual(990);
      expect(waited).toBeLessThan(ONE_SECOND_AND_SOME);
    });

    it('waits one second in all, however many calls it takes and wait for a connection', async () => {
      kaha.behave({ kind: 'hang' });

      expect(await millisecondsOf(() => expectOutage(people(...ids(1_000))))).toBeLessThan(
        ONE_SECOND_AND_SOME,
      );
    });

    it('says so when nothing listens there', async () => {
      await kaha.stop();
      try {
        await expect(source.fetch(people(randomUUID()))).rejects.toThrow('ECONNREFUSED');
      } finally {
        await kaha.start();
      }
    });

    it('gives no half answers', async () => {
      kaha.behave({ kind: 'ok' }, { kind: 'status', status: 500 });

      await expectOutage(people(...ids(150)));

      expect(kaha.calls).toHaveLength(2);
    });

    it('does not wait for the other calls when one has failed', async () => {
      kaha.behave({ kind: 'status', status: 500 }, { kind: 'hang' });

      expect(await millisecondsOf(() => expectOutage(people(...ids(150))))).toBeLessThan(500);
    });

    it('is well as soon as upstream is', async () => {
      kaha.behave({ kind: 'reset' }, { kind: 'hang' }, { kind: 'ok' });
      await expectOutage();
      await expectOutage();
      const user = randomUUID();

      expect((await source.fetch(people(user))).users.has(user)).toBe(true);
    });
  });

  it('T19 follows no redirect', async () => {
    const elsewhere = await new FakeKaha().start();
    kaha.behave({ kind: 'redirect', location: `${elsewhere.baseUrl}/api/batch/profiles` });

    await expectOutage();

    expect(kaha.calls).toHaveLength(1);
    expect(elsewhere.calls).toHaveLength(0);
    await elsewhere.stop();
  });

  describe('at shutdown', () => {
    let stopping: KahaProfileSource;

    beforeEach(() => {
      stopping = new KahaProfileSource({ baseUrl: kaha.baseUrl, serviceToken: kaha.token });
    });

    it('lets the call in flight end, and takes no further one', async () => {
      kaha.behave({ kind: 'slow', ms: 200 });
      const user = randomUUID();
      const inFlight = stopping.fetch(people(user));

      const closed = stopping.onApplicationShutdown();

      await expect(stopping.fetch(people(user))).rejects.toThrow(ProfileSourceUnavailable);
      expect((await inFlight).users.has(user)).toBe(true);
      await closed;
    });

    it('waits for a dead upstream no longer than the time-out', async () => {
      kaha.behave({ kind: 'hang' });
      const inFlight = expect(stopping.fetch(people(randomUUID()))).rejects.toThrow(ProfileSourceUnavailable);

      expect(await millisecondsOf(() => stopping.onApplicationShutdown())).toBeLessThan(ONE_SECOND_AND_SOME);
      await inFlight;
    });

    it('is done at once when nothing is under way', async () => {
      await stopping.fetch(people(randomUUID()));

      expect(await millisecondsOf(() => stopping.onApplicationShutdown())).toBeLessThan(200);
    });
  });
});
