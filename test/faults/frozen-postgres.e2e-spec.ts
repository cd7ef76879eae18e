import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { PrivateServers } from '../support/faults/private-servers';
import { request } from '../support/rest';
import { World } from '../support/world';

const SEED = 103;
const FROZEN_MS = 27_000;
const LOOK_MS = 500;
const ANSWERS_WITHIN_MS = 1_500;

describe('F03 a Postgres that stands still', () => {
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

  /** What probes are told by all nodes, and that they are told so at once. */
  async function probe(path: string): Promise<number[]> {
    const asked = performance.now();
    const answers = await Promise.all(
      cluster.nodes.map(({ url }) => request('GET', `${url}/health/${path}`)),
    );
    expect(performance.now() - asked).toBeLessThan(ANSWERS_WITHIN_MS);
    return answers.map(({ status }) => status);
  }

  it.each<[string, begin: () => void, end: () => void]>([
    ['stopped', () => servers.freezePostgres(), () => servers.thawPostgres()],
    ['behind a black hole', () => servers.link.become('hole'), () => servers.link.become('none')],
  ])(
    'is said to be away in time, and all is well when it moves again: %s',
    async (_how, begin, end) => {
      const experiment = await Experiment.begin(world, cluster, {
        seed: SEED,
        users: 12,
        conversations: 8,
        thinkMs: 200,
        listenMs: [1_000, 6_000],
      });
      await delay(1_500);
      await experiment.during('a standstill', async () => {
        begin();
        try {
          await delay(3_000);
          for (const until = Date.now() + FROZEN_MS; Date.now() < until; await delay(LOOK_MS)) {
            expect(await probe('live')).toEqual([200, 200]);
            expect(await probe('ready')).toEqual([503, 503]);
          }
        } finally {
          end();
        }
      });
      await eventually(async () => expect(await probe('ready')).toEqual([200, 200]));
      await delay(11_000);
      expect(await experiment.verdict()).toEqual([]);
      expect(experiment.acknowledged).toBeGreaterThan(50);
      const left = await servers.database.query(
        `SELECT query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND now() - state_change > '1 second'`,
      );
      expect(left).toEqual([]);
    },
    150_000,
  );
});
