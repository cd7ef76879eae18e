import { randomUUID } from 'node:crypto';
import { FrameListener } from '../../../src/realtime/frames/frame-listener';
import { eventually } from '../../support/eventually';
import { WorldRedis } from '../../support/realtime/world-redis';
import { World } from '../../support/world';

const SILENT_WITHIN_MS = 6_000;
/** It is mourned for some seconds. */
const GONE_WITHIN_MS = 15_000;

describe('a node that is not heard any more', () => {
  let world: World;
  let redis: WorldRedis;
  beforeAll(async () => {
    world = await World.start();
    redis = WorldRedis.of(world.environment);
  });
  afterAll(async () => {
    await redis.close();
    await world.stop();
  });

  /** @param leaseSeconds as it is in the table of nodes. */
  async function aNode(leaseSeconds: number): Promise<string> {
    const node = randomUUID();
    await world.database.query(
      `INSERT INTO nodes (node_uuid, renewed_at, lease_until, publishes)
       VALUES ($1, now(), now() + make_interval(secs => $2), true)`,
      [node, leaseSeconds],
    );
    return node;
  }
  const says = (node: string): Promise<number> =>
    redis.publish(`frames:${node}`, JSON.stringify({ v: 1, node, n: 0, kind: 'beat', deliveries: [] }));
  const missing = (): readonly string[] =>
    world.nodes[0]?.get(FrameListener, { strict: false }).missingNodes ?? [];

  it('is waited for as long as it may live, and no longer', async () => {
    const [living, dead] = [await aNode(600), await aNode(1)];
    for (const node of [living, dead])
      await eventually(async () => expect(await says(node)).toBeGreaterThan(0));
    await eventually(() => expect([...missing()].sort()).toEqual([living, dead].sort()), SILENT_WITHIN_MS);
    await eventually(() => expect(missing()).toEqual([living]), GONE_WITHIN_MS);
    await says(living);
    await eventually(() => expect(missing()).toEqual([]));
  });
});
