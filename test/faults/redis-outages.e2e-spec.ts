import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { PrivateServers } from '../support/faults/private-servers';
import type { History } from '../support/history/history';
import { request } from '../support/rest';
import { World } from '../support/world';

const SEED = 105;
const BEFORE_MS = 5_000;
const AWAY_MS = 20_000;
const FLUSHED_FOR_MS = 30_000;
const FLUSHED_EVERY_MS = 500;
const DEGRADED_WITHIN_MS = 3_000;
const ACROSS_WITHIN_MS = 2_000;
/** Links that were cut are dialled again within a second or so. */
const LINKED_WITHIN_MS = 3_000;
const WELL_AGAIN_MS = 12_000;
const SLOWEST_SEND_MS = 100;

describe('a Redis that fails', () => {
  let servers: PrivateServers;
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    servers = await PrivateServers.start();
    world = await World.start({ nodes: 0, servers });
    cluster = await Cluster.start(world, { env: { MIGRATE_ON_START: 'true' } });
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  const begin = (seed: number): Promise<Experiment> =>
    Experiment.begin(world, cluster, {
      seed,
      users: 12,
      conversations: 8,
      thinkMs: 200,
      listenMs: [1_000, 10_000],
    });
  const readiness = (): Promise<unknown[]> =>
    Promise.all(
      cluster.nodes.map(async ({ url }) => {
        const { status, body } = await request('GET', `${url}/health/ready`);
        return [status, (body as { status: string }).status];
      }),
    );
  const areAll = (status: string, withinMs: number): Promise<void> =>
    eventually(
      async () => expect(await readiness()).toEqual(cluster.nodes.map(() => [200, status])),
      withinMs,
    );
  /** Wherever the Redis is that counts from now on. */
  const leadToRedis = (): void => {
    for (const { links } of cluster.nodes) links.redis.retarget(new URL(servers.redisUrl));
  };
  async function isHeardAcross(withinMs: number): Promise<void> {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const his = await bob.at(1).connects();
    const { body } = await alice.at(0).says(chat, 'across');
    await eventually(() => expect(his.messages.map(({ id }) => id)).toContain(body.id), withinMs);
    his.leaves();
  }

  it('F05 by being killed, and comes back empty, is missed by nobody who only writes and reads', async () => {
    const experiment = await begin(SEED);
    await delay(BEFORE_MS);
    const broken = Date.now();
    await experiment.during('no Redis', async () => {
      await servers.killRedis();
      await areAll('degraded', DEGRADED_WITHIN_MS);
      await delay(AWAY_MS);
      await servers.redisAgain();
      leadToRedis();
      await areAll('ok', LINKED_WITHIN_MS);
    });
    const healed = Date.now();
    await isHeardAcross(ACROSS_WITHIN_MS);
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict({ busWasLost: true })).toEqual([]);
    const { attempts } = experiment.history;
    expect(attempts.filter(({ outcome }) => outcome.phase === 'info')).toEqual([]);
    const [before, meanwhile] = [
      slowSends(experiment.history, 0, broken),
      slowSends(experiment.history, broken, healed),
    ];
    expect(meanwhile).toBeLessThan(Math.max(SLOWEST_SEND_MS, 2 * before));
  }, 120_000);

  it('F06 by forgetting everything twice a second, costs nobody a message, a count or a place', async () => {
    const redis = new Redis(servers.redisUrl);
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const experiment = await begin(SEED + 1);
    await experiment.during('an emptied Redis', async () => {
      for (const until = Date.now() + FLUSHED_FOR_MS; Date.now() < until; await delay(FLUSHED_EVERY_MS)) {
        await redis.flushall();
        await alice.says(chat, 'for when you are back');
      }
    });
    redis.disconnect();
    await knowsAll(bob, chat);
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict({ busWasLost: true })).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(100);
  }, 120_000);

  /** Who was never there meanwhile is told on coming, without saying what they know. */
  async function knowsAll(person: Person, chat: { id: string }): Promise<void> {
    const { items } = (await person.reads(chat, { limit: 100 })).body;
    const device = await person.at(1).connects();
    await eventually(() => expect(device.messages.map(({ id }) => id)).toEqual(items.map(({ id }) => id)));
    device.leaves();
  }

  it('F08 over to its replica, with what was written last lost, loses nothing that matters', async () => {
    const experiment = await begin(SEED + 2);
    const before = await servers.redisAgain();
    const replica = new Redis(servers.redisUrl);
    const { hostname, port, password } = new URL(before.url);
    await replica.config('SET', 'masterauth', decodeURIComponent(password));
    await replica.replicaof(hostname, Number(port));
    await eventually(
      async () => expect(await replica.info('replication')).toMatch(/master_link_status:up/),
      10_000,
    );
    await delay(BEFORE_MS);
    await experiment.during('a failover', async () => {
      // What was written in the last moment did not get across.
      await replica.replicaof('NO', 'ONE');
      await delay(200);
      await servers.killRedis(before);
      leadToRedis();
      await areAll('ok', LINKED_WITHIN_MS);
    });
    replica.disconnect();
    await isHeardAcross(ACROSS_WITHIN_MS);
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict({ busWasLost: true })).toEqual([]);
    expect(experiment.history.attempts.filter(({ outcome }) => outcome.phase === 'info')).toEqual([]);
  }, 120_000);
});

/** How long all but one in a hundred sendings took, milliseconds. */
function slowSends({ attempts }: History, from: number, to: number): number {
  const took = attempts
    .filter(({ action, invokedAt }) => action.kind === 'send' && invokedAt >= from && invokedAt < to)
    .map(({ invokedAt, endedAt }) => (endedAt ?? Infinity) - invokedAt)
    .sort((a, b) => a - b);
  return took[Math.floor(took.length * 0.99)] ?? 0;
}
