import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type ClusterNode } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { PrivateServers } from '../support/faults/private-servers';
import { SeededRandom } from '../support/openapi/seeded-random';
import { World } from '../support/world';

const KILLS = 100;
const SEED = 101;
/** What is committed meanwhile is not published, nor told to the other node, before the kill. */
const SILENCED_MS = 150;
const READY_WITHIN_MS = 5_000;

describe('F01 nodes that are killed in the middle of everything', () => {
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    world = await World.start({ nodes: 0, servers: await PrivateServers.start() });
    cluster = await Cluster.start(world, { env: { MIGRATE_ON_START: 'true' } });
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  /** Each leaves something half done. */
  const DEATHS: ((node: ClusterNode) => Promise<void>)[] = [
    (node) => node.kill(),
    async (node) => {
      // Somebody has got the first byte of an answer, and will get no more.
      await Promise.race([node.links.clients.limitReached(1), delay(1_000)]);
      await node.kill();
      node.links.clients.become('none');
    },
    async (node) => {
      node.links.redis.become('half');
      await delay(SILENCED_MS);
      await node.kill();
      node.links.redis.become('none');
    },
  ];

  it(`keep all promises over ${KILLS} kills`, async () => {
    const random = new SeededRandom(SEED);
    const experiment = await Experiment.begin(world, cluster, {
      seed: SEED,
      users: 12,
      conversations: 8,
      thinkMs: 400,
      listenMs: [1_000, 10_000],
    });
    const starts: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const index = random.below(cluster.nodes.length);
      const node = cluster.nodes[index] as ClusterNode;
      const die = random.oneOf(DEATHS);
      await delay(random.below(700));
      await experiment.during('kill', async () => {
        await die(node);
        const started = performance.now();
        await node.start();
        starts.push(performance.now() - started);
      });
    }
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(KILLS);
    expect(median(starts)).toBeLessThan(READY_WITHIN_MS);
  }, 600_000);
});

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Infinity;
}
