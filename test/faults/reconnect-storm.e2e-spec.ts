import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type ClusterNode } from '../support/faults/cluster';
import { Crowd } from '../support/realtime/crowd';
import { times } from '../support/times';
import { World } from '../support/world';

const PEOPLE = 100;
const SOCKETS = 600;
const ALL_BACK_WITHIN_MS = 15_000;
const SEND_WITHIN_MS = 500;
const SEND_EVERY_MS = 50;

describe('F10 everybody at a node that is killed', () => {
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    cluster = await Cluster.start(world);
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  it('comes to another at once, three times over, is let in soon, and is no burden to who writes there', async () => {
    const people = await times(PEOPLE, (index) => Promise.resolve(world.person(`Person ${index}`)));
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    for (const person of people.slice(0, 20)) await alice.says(await alice.chatWith(person), 'welcome');
    const chat = await alice.chatWith(bob);
    const portOf = async (node: ClusterNode): Promise<number> =>
      Number(new URL((await node.process?.listening()) ?? '').port);

    let crowd: Crowd | undefined;
    for (const round of [0, 1, 2]) {
      const [dying, next] = [cluster.nodes[(round + 1) % 2], cluster.nodes[round % 2]] as [
        ClusterNode,
        ClusterNode,
      ];
      crowd ??= await Crowd.of(SOCKETS, await portOf(dying), people);
      expect(crowd.refused).toBe(0);
      await dying.kill();
      const began = performance.now();
      let isBack = false;
      const coming = Crowd.of(SOCKETS, await portOf(next), people).finally(() => (isBack = true));
      const took: number[] = [];
      while (!isBack) {
        const asked = performance.now();
        expect((await alice.at(round % 2).says(chat, 'undisturbed')).status).toBe(201);
        took.push(performance.now() - asked);
        await delay(SEND_EVERY_MS);
      }
      crowd = await coming;
      expect(crowd.refused).toBe(0);
      expect(performance.now() - began).toBeLessThan(ALL_BACK_WITHIN_MS);
      const sorted = took.sort((a, b) => a - b);
      expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThan(SEND_WITHIN_MS);
      await dying.start();
    }
    crowd?.leaves();
  }, 180_000);
});
