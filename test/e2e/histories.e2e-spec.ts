import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { blowsOf, dealBlows } from '../support/faults/nemesis';
import { World } from '../support/world';

/** Any would do. This one has something of everything. */
const SEED = 4;
const BROKEN_FOR_MS = 8_000;

/** The short one of the stories in test/faults: what must hold is in test/support/history/judge.ts. */
describe('F01 what clients saw of two nodes that were killed, cut off and slowed down', () => {
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    cluster = await Cluster.start(world);
  });
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  it('is what was promised to them', async () => {
    const experiment = await Experiment.begin(world, cluster, {
      seed: SEED,
      users: 10,
      conversations: 6,
      thinkMs: 150,
      listenMs: [500, 3_000],
    });
    const blows = blowsOf(SEED, {
      totalMs: BROKEN_FOR_MS,
      nodes: cluster.nodes.length,
      strikes: [
        'kill',
        { link: 'postgres', fault: 'cut' },
        { link: 'redis', fault: 'cut' },
        { link: 'redis', fault: 'hole' },
        { link: 'clients', fault: 'cut' },
        { link: 'postgres', fault: { slow: 30 } },
        { link: 'clients', fault: { slice: 7 } },
      ],
      pauseMs: [200, 600],
      lastsMs: [200, 900],
    });
    await dealBlows(blows, cluster, experiment.history);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(100);
  });
});
