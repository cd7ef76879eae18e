import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import type { Fault } from '../support/faults/fault-proxy';
import { blowsOf, dealBlows } from '../support/faults/nemesis';
import { PrivateServers } from '../support/faults/private-servers';
import { request } from '../support/rest';
import { World } from '../support/world';

const SEED = 107;
/** The node that is cut off. */
const AWAY = 1;
const AWAY_MS = 20_000;
const NOTICED_WITHIN_MS = 3_000;
const LINKED_WITHIN_MS = 3_000;
const WELL_AGAIN_MS = 12_000;
const LATE_FOR_MS = 40_000;

describe('nodes and their ways to each other', () => {
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

  const begin = (seed: number): Promise<Experiment> =>
    Experiment.begin(world, cluster, {
      seed,
      users: 14,
      conversations: 10,
      thinkMs: 200,
      listenMs: [1_000, 10_000],
    });
  const says = (status: string, withinMs: number): Promise<void> =>
    eventually(async () => {
      const { body } = await request('GET', `${cluster.nodes[AWAY]?.url}/health/ready`);
      expect(body).toEqual({ status });
    }, withinMs);

  it.each(['cut', 'hole', 'half', 'mute'] satisfies Fault[])(
    'F07 are known to be broken (%s), and everybody has everything that is theirs, and nothing else, when they are healed',
    async (fault) => {
      const experiment = await begin(SEED);
      const link = cluster.nodes[AWAY]?.links.redis;
      await delay(3_000);
      await experiment.during(`Redis of one node: ${fault}`, async () => {
        link?.become(fault);
        await says('degraded', NOTICED_WITHIN_MS);
        await delay(AWAY_MS);
        link?.become('none');
      });
      await says('ok', LINKED_WITHIN_MS);
      await delay(WELL_AGAIN_MS);
      expect(await experiment.verdict()).toEqual([]);
      expect(experiment.acknowledged).toBeGreaterThan(100);
      expect(experiment.history.attempts.filter(({ outcome }) => outcome.phase === 'info')).toEqual([]);
    },
    120_000,
  );

  it('F13 may be slow, each for itself, and let nothing through but byte by byte', async () => {
    const experiment = await begin(SEED + 1);
    const blows = blowsOf(SEED, {
      totalMs: LATE_FOR_MS,
      nodes: cluster.nodes.length,
      strikes: [
        ...[20, 100, 200, 300, 500].map((slow) => ({ link: 'redis' as const, fault: { slow } })),
        { link: 'redis', fault: { slice: 1 } },
        { link: 'clients', fault: { slice: 1 } },
      ],
      pauseMs: [50, 200],
      lastsMs: [500, 2_000],
    });
    await dealBlows(blows, cluster, experiment.history);
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(300);
  }, 120_000);
});
