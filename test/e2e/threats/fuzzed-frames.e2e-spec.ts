import { SocketDocument } from '../../support/realtime/socket-document';
import { NodeProcesses } from '../../support/node-processes';
import { Siege } from '../../support/fuzz/siege';
import { World } from '../../support/world';

/** All that can be wrong with one field of one event, and some hundreds of what is worse. More: `npm run fuzz:frames`. */
const SIEGE = { seed: 1, frames: 4_000, seconds: 60 };

describe('T08 T13 T14 T15 T31 frames that nobody should send', () => {
  let world: World;
  let nodes: NodeProcesses;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    nodes = new NodeProcesses(world);
  });
  afterAll(async () => {
    await nodes.end();
    await world.stop();
  });

  it('are answered or cut, and the node goes on as if nothing had been', async () => {
    const node = nodes.start();
    const url = await node.listening();
    const { tally, faults, bystander } = await new Siege(world, node, url, SIEGE).run();
    expect(faults).toEqual([]);
    expect(bystander.refused).toEqual([]);
    expect(bystander.count).toBeGreaterThan(0);
    expect(node.output).not.toMatch(/a fault nobody caught|event failed|could not be served/);
    // What is right gets through, or nothing was tried at all.
    const { clientEvents } = SocketDocument.read();
    expect(clientEvents.filter((event) => tally.count(event, 'ok') === 0)).toEqual([]);
    node.signal('SIGTERM');
    expect(await node.exited).toBe(0);
  }, 90_000);
});
