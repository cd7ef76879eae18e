import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { blowsOf, dealBlows } from '../support/faults/nemesis';
import { PrivateServers } from '../support/faults/private-servers';
import { World } from '../support/world';

const SEED = 120;
const RESTARTS = 20;
const EXIT_WITHIN_MS = 10_000;
const FROZEN_FOR_MS = 90_000;
const WELL_AGAIN_MS = 12_000;

describe('nodes that are gone for a while, and come back', () => {
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
      thinkMs: 250,
      listenMs: [1_000, 10_000],
    });

  it(`F20 are told to end and started anew ${RESTARTS} times, and nobody who tries again notices`, async () => {
    const experiment = await begin(SEED);
    await delay(2_000);
    for (let restart = 0; restart < RESTARTS; restart++)
      await experiment.during('a restart', async () => {
        const node = cluster.nodes[restart % cluster.nodes.length];
        const told = performance.now();
        expect(await node?.stop()).toBe(0);
        expect(performance.now() - told).toBeLessThan(EXIT_WITHIN_MS);
        await node?.start();
      });
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(200);
  }, 400_000);

  it('F21 stand still again and again, for up to ten seconds, and throw nobody out for that', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    await alice.chatWith(bob);
    const [hers, his] = [await alice.at(0).connects(), await bob.at(1).connects()];
    await hers.asks('subscribe_presence', { userIds: [bob.id] });
    const isShown = (): boolean => hers.heard('presence_changed').at(-1)?.status === 'online';
    await eventually(() => expect(isShown()).toBe(true));
    const shown = hers.heard('presence_changed').length;
    const experiment = await begin(SEED + 1);
    const freezes = blowsOf(SEED, {
      totalMs: FROZEN_FOR_MS,
      nodes: cluster.nodes.length,
      strikes: ['freeze'],
      pauseMs: [500, 3_000],
      lastsMs: [500, 10_000],
    });
    await dealBlows(freezes, cluster, experiment.history);
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict()).toEqual([]);
    expect([hers, his].map(({ socket }) => socket.connected)).toEqual([true, true]);
    expect(hers.heard('presence_changed').length).toBe(shown);
    for (const device of [hers, his]) device.leaves();
    expect(experiment.acknowledged).toBeGreaterThan(100);
  }, 240_000);
});
