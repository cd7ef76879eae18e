import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ClusterModule, DeadNodes, NodeLease } from '../../../src/cluster';
import { BackgroundModule } from '../../../src/common/background';
import { ConfigModule, loadConfig } from '../../../src/config';
import { DatabaseModule } from '../../../src/database';
import { eventually } from '../../support/eventually';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';

describe('the nodes of a cluster', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  const nodes: TestingModule[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
    proxy = await FaultProxy.to(database.url);
  });
  afterEach(async () => {
    proxy.become('none');
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await database.query('DELETE FROM nodes');
  });
  afterAll(async () => {
    Logger.overrideLogger(['log', 'warn', 'error']);
    proxy.close();
    await database.drop();
  });

  async function aNode(url = database.url): Promise<TestingModule> {
    const secret = 'x'.repeat(32);
    const config = loadConfig({
      ...{ JWT_SECRET: secret, SERVICE_TOKEN: secret, KAHA_SERVICE_TOKEN: secret },
      ...{ DATABASE_URL: url, REDIS_URL: 'redis://127.0.0.1', KAHA_BASE_URL: 'http://127.0.0.1' },
    });
    const node = await Test.createTestingModule({
      imports: [ConfigModule.with(config), DatabaseModule.with([]), BackgroundModule, ClusterModule],
    }).compile();
    nodes.push(node);
    node.useLogger(false);
    await node.init();
    await eventually(() => expect(node.get(NodeLease).isHeld).toBe(true));
    return node;
  }

  const known = async (): Promise<string[]> =>
    (await database.query<{ id: string }>('SELECT node_uuid AS id FROM nodes')).map(({ id }) => id);

  /** One that was there, and has not been heard of for longer than its lease. */
  async function aDeadNode(): Promise<string> {
    const id = randomUUID();
    await database.query(
      `INSERT INTO nodes (node_uuid, renewed_at, lease_until, publishes)
       VALUES ($1, now() - interval '4 seconds', now() - interval '1 second', true)`,
      [id],
    );
    return id;
  }

  it('are there as long as they run', async () => {
    const [one, other] = [await aNode(), await aNode()];
    const idOf = (node: typeof one): string => node.get(NodeLease).nodeId;
    await eventually(async () => expect((await known()).sort()).toEqual([idOf(one), idOf(other)].sort()));
    await other.close();
    expect(await known()).toEqual([idOf(one)]);
  });

  it.each(['cut', 'hole'] as const)(
    'do not act for all any more before others could take over (%s)',
    async (fault) => {
      const lease = (await aNode(proxy.url)).get(NodeLease);
      proxy.become(fault);
      const ends = async (): Promise<Date> => {
        const [row] = await database.query<{ ends: Date }>('SELECT lease_until AS ends FROM nodes');
        return row?.ends as Date;
      };
      await eventually(() => expect(lease.isHeld).toBe(false));
      const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      expect((await ends()).getTime()).toBeGreaterThan(row?.now.getTime() as number);
      proxy.become('none');
      await eventually(() => expect(lease.isHeld).toBe(true));
    },
  );

  it('see to what a dead one has left, one of them, and then it is forgotten', async () => {
    const mourned: string[] = [];
    for (const node of [await aNode(), await aNode()])
      node.get(DeadNodes).execute(({ id }) => Promise.resolve(void mourned.push(id)));
    const dead = await aDeadNode();
    await eventually(async () => expect(await known()).not.toContain(dead), 2_000);
    expect(mourned).toEqual([dead]);
  });

  it('leave it to others, after a while, where one could not', async () => {
    const unable = await aNode();
    unable.get(DeadNodes).execute(() => Promise.reject(new Error('not now')));
    const dead = await aDeadNode();
    await eventually(async () =>
      expect(
        await database.query('SELECT FROM nodes WHERE node_uuid = $1 AND mourner_uuid IS NOT NULL', [dead]),
      ).toHaveLength(1),
    );
    await unable.close();
    const able = await aNode();
    await database.query('UPDATE nodes SET mourned_until = now() WHERE node_uuid = $1', [dead]);
    const mourned = new Promise((resolve) => {
      able.get(DeadNodes).execute(({ id }) => Promise.resolve(resolve(id)));
    });
    expect(await mourned).toBe(dead);
  });

  it('are not buried when they live after all', async () => {
    const sleeper = await aNode();
    const { nodeId } = sleeper.get(NodeLease);
    const other = await aNode();
    let wake = (): void => undefined;
    other.get(DeadNodes).execute(() => new Promise((resolve) => (wake = resolve)));
    await database.query(`UPDATE nodes SET lease_until = now() - interval '1 ms' WHERE node_uuid = $1`, [
      nodeId,
    ]);
    await eventually(async () => {
      const rows = await database.query<{ held: boolean }>(
        'SELECT lease_until > now() AND mourner_uuid IS NULL AS held FROM nodes WHERE node_uuid = $1',
        [nodeId],
      );
      expect(rows).toEqual([{ held: true }]);
    });
    wake();
    expect(await known()).toContain(nodeId);
  });
});
