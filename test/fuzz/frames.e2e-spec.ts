import { NodeProcesses } from '../support/node-processes';
import { Siege } from '../support/fuzz/siege';
import { World } from '../support/world';

/** `FUZZ_SEED=2 FUZZ_FRAMES=1000000 FUZZ_SECONDS=3600 npm run fuzz:frames` tries others, and more of them. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 100_000);
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 600);

const BYSTANDER_WITHIN_MS = 500;
const MOST_GROWTH_MIB = 80;

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

  it(
    `are answered or cut, ${FRAMES.toLocaleString('en')} of them, and a bystander is not disturbed (seed ${SEED})`,
    async () => {
      const node = nodes.start({ NODE_OPTIONS: '--max-old-space-size=256' });
      const url = await node.listening();
      const siege = new Siege(world, node, url, { seed: SEED, frames: FRAMES, seconds: SECONDS });
      const { tally, faults, seconds, bystander, memoryMib } = await siege.run();

      const { count, p99, max } = bystander;
      process.stdout.write(
        `\n${tally.toString()}\n\n${tally.total} frames in ${seconds.toFixed(0)} s, seed ${SEED}\n` +
          `bystander: ${count} sent, p99 ${p99.toFixed(0)} ms, longest ${max.toFixed(0)} ms\n` +
          `memory: ${memoryMib.first.toFixed(0)} MiB after a fifth, ${memoryMib.last.toFixed(0)} MiB at the end\n`,
      );
      expect(faults).toEqual([]);
      expect(tally.total).toBeGreaterThanOrEqual(FRAMES);
      expect(node.output).not.toMatch(/a fault nobody caught|event failed|could not be served/);
      expect(bystander.refused).toEqual([]);
      expect(max).toBeLessThan(BYSTANDER_WITHIN_MS);
      expect(memoryMib.last - memoryMib.first).toBeLessThan(MOST_GROWTH_MIB);
      node.signal('SIGTERM');
      expect(await node.exited).toBe(0);
    },
    (SECONDS + 60) * 1_000,
  );
});
