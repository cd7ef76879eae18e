import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { createTestDatabase, type TestDatabase } from '../support/infra/test-database';
import { NodeProcess } from '../support/node-process';
import { expectProblem } from '../support/problem';
import { FaultProxy } from '../support/faults/fault-proxy';
import { request } from '../support/rest';
import { World } from '../support/world';

describe('a node, started from its environment alone,', () => {
  let world: World;
  const databases: TestDatabase[] = [];
  const processes: NodeProcess[] = [];
  const links: FaultProxy[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
  });
  afterEach(async () => {
    for (const node of processes) node.signal('SIGKILL');
    await Promise.all(processes.splice(0).map(({ exited }) => exited));
    for (const link of links.splice(0)) link.close();
    await Promise.all(databases.splice(0).map((database) => database.drop()));
  });
  afterAll(() => world.stop());

  function start(env: Readonly<Record<string, string>> = {}): NodeProcess {
    const node = new NodeProcess({ ...world.environment, LOG_LEVEL: 'info', ...env });
    processes.push(node);
    return node;
  }

  it('F23 makes its schema, also when two do it at once', async () => {
    const { url, query } = await emptyDatabase();
    const nodes = [1, 2].map(() => start({ DATABASE_URL: url, MIGRATE_ON_START: 'true' }));
    const urls = await Promise.all(nodes.map((node) => node.listening()));
    for (const address of urls) {
      await eventually(async () =>
        expect(await request('GET', `${address}/health/ready`)).toMatchObject({ status: 200 }),
      );
    }
    const [migrations] = await query(
      'SELECT count(*) AS all, count(DISTINCT name) AS once FROM schema_migrations',
    );
    expect(Number(migrations?.['all'])).toBeGreaterThan(0);
    expect(migrations?.['all']).toBe(migrations?.['once']);
    for (const { output } of nodes) expect(output).not.toMatch(/"level":"(?:warn|error)"/);

    const bob = world.person('Bob');
    const alice = new Person({ name: 'Alice', id: randomUUID(), tenantId: null }, urls);
    const chat = await alice.chatWith(bob);
    const { body } = await alice.says(chat, 'hello');
    expect((await alice.at(1).reads(chat)).body.items).toEqual([body]);
  });

  it.each([
    ['JWT_SECRET', 'hunter2-is-too-short'],
    ['DATABASE_URL', 'mysql://chat:hunter2@localhost/chat'],
    ['PORT', 'hunter2'],
    ['KAHA_SERVICE_TOKEN', ''],
  ])('ends at once when %s is wrong, and says so in one line without the value', async (name, value) => {
    const node = start({ [name]: value });
    expect(await node.exited).toBe(1);
    const lines = node.errorOutput.trimEnd().split('\n');
    expect(lines).toEqual([expect.stringContaining(name)]);
    expect(node.output + node.errorOutput).not.toContain('hunter2');
  });

  it('names all that is wrong at once', async () => {
    const node = start({ JWT_SECRET: '', REDIS_URL: '', RETENTION_DAYS: 'ever' });
    expect(await node.exited).toBe(1);
    expect(node.errorOutput).toMatch(/^(?=.*JWT_SECRET)(?=.*REDIS_URL)(?=.*RETENTION_DAYS).*\n$/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('F20 ends well on %s, whoever is connected', async (signal) => {
    const node = start();
    const alice = new Person({ name: 'Alice', id: randomUUID(), tenantId: null }, [await node.listening()]);
    const device = await alice.connects();
    const polling = await alice.connects({ transports: ['polling'] });
    await alice.inbox();

    const told = performance.now();
    node.signal(signal);
    node.signal(signal);
    expect(await node.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(10_000);
    await Promise.all([device.ended, polling.ended]);
  });

  it('F23 waits for a Postgres that is not there: alive, not ready, and ready soon after it comes', async () => {
    const postgres = await FaultProxy.to(world.database.url);
    links.push(postgres);
    postgres.become('cut');
    const node = start({ DATABASE_URL: postgres.url, MIGRATE_ON_START: 'true' });
    const url = await node.listening();
    const alice = new Person({ name: 'Alice', id: randomUUID(), tenantId: null }, [url]);
    const withStatus = (ready: number, me: number) => async (): Promise<void> => {
      expect((await request('GET', `${url}/health/live`)).status).toBe(200);
      expect((await request('GET', `${url}/health/ready`)).status).toBe(ready);
      const answer = await alice.asks('GET', '/v1/users/me');
      if (me === 503) expectProblem(answer, 'unavailable');
      else expect(answer.status).toBe(me);
    };
    await withStatus(503, 503)();
    postgres.become('none');
    await eventually(withStatus(200, 200));
    postgres.become('cut');
    await eventually(withStatus(503, 503));
    postgres.become('none');
    await eventually(withStatus(200, 200));
    node.signal('SIGTERM');
    expect(await node.exited).toBe(0);
  });

  async function emptyDatabase(): Promise<{ url: string; query: Query }> {
    const database = await createTestDatabase();
    databases.push(database);
    const query: Query = async (sql) => {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    };
    await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    return { url: database.url, query };
  }
});

type Query = (sql: string) => Promise<Record<string, unknown>[]>;
