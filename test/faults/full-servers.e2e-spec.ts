import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { PrivateServers } from '../support/faults/private-servers';
import { SmallDisk } from '../support/faults/small-disk';
import { request } from '../support/rest';
import { World } from '../support/world';

const SEED = 117;
/** What a new Postgres takes, and some of its log files more. */
const DISK_MIB = 160;
const LONGEST_FILE_BYTES = 1024 * 1024;
const FULL_MS = 4_000;
const WELL_AGAIN_MS = 12_000;

describe('F17 servers that are full', () => {
  let disk: SmallDisk | undefined;
  let servers: PrivateServers;
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    disk = SmallDisk.mount(DISK_MIB);
    servers = await PrivateServers.start(disk?.path);
    world = await World.start({ nodes: 0, servers });
    cluster = await Cluster.start(world, { env: { MIGRATE_ON_START: 'true' } });
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });
  afterAll(() => disk?.unmount());

  /** Where no small disk can be had, the files of Postgres are as long as they will ever be. */
  const fill = (): void => (disk === undefined ? servers.limitFiles(LONGEST_FILE_BYTES) : disk.fill());
  const free = (): void => (disk === undefined ? servers.limitFiles(Infinity) : disk.free());

  const begin = (seed: number): Promise<Experiment> =>
    Experiment.begin(world, cluster, {
      seed,
      users: 10,
      conversations: 6,
      thinkMs: 200,
      listenMs: [1_000, 6_000],
    });

  it('take no messages where Postgres has no disk left, and have all that were acknowledged', async () => {
    const experiment = await begin(SEED);
    await delay(1_500);
    await experiment.during('a full disk', async () => {
      fill();
      // It writes on in the log files it has, until they are full.
      await eventually(
        () => expect(experiment.history.attempts.some(({ outcome }) => outcome.status === 503)).toBe(true),
        30_000,
      );
      await delay(FULL_MS);
      free();
      // It may have given up altogether; an operator starts it again.
      await delay(1_000);
      if (!servers.postgresRuns) await servers.postgresAgain();
      await eventually(() => servers.database.query('SELECT'), 20_000);
    });
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(50);
  }, 120_000);

  it('go on without a Redis that takes nothing more, and what waited for it leaves when it does', async () => {
    const redis = new Redis(servers.redisUrl);
    const experiment = await begin(SEED + 1);
    const before = experiment.acknowledged;
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.config('SET', 'maxmemory', '1');
    await delay(FULL_MS);
    for (const { url } of cluster.nodes)
      expect((await request('GET', `${url}/health/ready`)).status).toBe(200);
    expect(experiment.acknowledged).toBeGreaterThan(before + 20);
    await redis.config('SET', 'maxmemory', '0');
    redis.disconnect();
    await delay(1_000);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.history.attempts.filter(({ outcome }) => outcome.phase === 'info')).toEqual([]);
  }, 60_000);
});
