import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { blowsOf, dealBlows, type Strike } from '../support/faults/nemesis';
import { World } from '../support/world';

/** Any would do. This one has something of everything. */
const SEED = 4;
const BROKEN_FOR_MS = 8_000;

/** The short ones of the stories in test/faults: what must hold is in test/support/history/judge.ts. */
describe('what clients saw of two nodes', () => {
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

  const STORIES: [what: string, strikes: Strike[]][] = [
    [
      'F01 that were killed, cut off and slowed down',
      [
        'kill',
        { link: 'postgres', fault: 'cut' },
        { link: 'redis', fault: 'cut' },
        { link: 'redis', fault: 'hole' },
        { link: 'clients', fault: 'cut' },
        { link: 'postgres', fault: { slow: 30 } },
        { link: 'clients', fault: { slice: 7 } },
      ],
    ],
    [
      'F05 F07 F13 that heard each other late, in pieces, on one side or not at all',
      [
        ...(['cut', 'hole', 'half', 'mute'] as const).map((fault) => ({ link: 'redis' as const, fault })),
        ...[50, 200, 500].map((slow) => ({ link: 'redis' as const, fault: { slow } })),
        { link: 'redis', fault: { slice: 1 } },
      ],
    ],
    [
      'F19 F20 F21 that stood still, were told to stop, or lost their clients on the way',
      ['freeze', 'stop', { link: 'clients', fault: 'hole' }, { link: 'clients', fault: 'cut' }],
    ],
  ];

  it.each(STORIES)(
    'is what was promised to them: %s',
    async (_what, strikes) => {
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
        strikes,
        pauseMs: [200, 600],
        lastsMs: [200, 900],
      });
      await dealBlows(blows, cluster, experiment.history);
      expect(await experiment.verdict()).toEqual([]);
      expect(experiment.acknowledged).toBeGreaterThan(50);
    },
    90_000,
  );
});
