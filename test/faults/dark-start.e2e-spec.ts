import { Client } from 'pg';
import { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { createTestDatabase, type TestDatabase } from '../support/infra/test-database';
import type { NodeProcess } from '../support/node-process';
import { NodeProcesses } from '../support/node-processes';
import { expectProblem } from '../support/problem';
import { type Fault, FaultProxy } from '../support/faults/fault-proxy';
import { request } from '../support/rest';
import { World } from '../support/world';

/** Long enough for a start that nothing answers. */
const READY_WITHIN_MS = 5_000;

describe('F23 a start in the dark', () => {
  let world: World;
  let nodes: NodeProcesses;
  let postgres: FaultProxy;
  let redis: FaultProxy;
  const databases: TestDatabase[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    nodes = new NodeProcesses(world);
  });
  beforeEach(async () => {
    postgres = await FaultProxy.to(world.database.url);
    redis = await FaultProxy.to(world.environment['REDIS_URL'] ?? '');
  });
  afterEach(async () => {
    await nodes.end();
    for (const link of [postgres, redis]) link.close();
    await Promise.all(databases.splice(0).map((database) => database.drop()));
  });
  afterAll(() => world.stop());

  const startBehindProxies = (): NodeProcess =>
    nodes.start({ DATABASE_URL: postgres.url, REDIS_URL: redis.url });

  async function expectHealth(url: string, ready: number, status: string): Promise<void> {
    expect((await request('GET', `${url}/health/live`)).status).toBe(200);
    expect(await request('GET', `${url}/health/ready`)).toMatchObject({ status: ready, body: { status } });
  }

  it.each<Fault>(['cut', 'hole'])(
    'of two nodes, with nothing there at all (%s): alive, and ready as things come',
    async (fault) => {
      for (const link of [postgres, redis]) link.become(fault);
      await world.kaha.stop();
      const started = [startBehindProxies(), startBehindProxies()];
      const urls = await Promise.all(started.map((node) => node.listening()));
      const [alice, bob] = ['Alice', 'Bob'].map((name) => {
        const { id } = world.person(name);
        return new Person({ id, name, tenantId: null }, urls);
      }) as [Person, Person];
      for (const url of urls) {
        await expectHealth(url, 503, 'unavailable');
        const asked = performance.now();
        expectProblem(await alice.inbox(), 'unavailable');
        expect(performance.now() - asked).toBeLessThan(5_000);
      }

      postgres.become('none');
      for (const url of urls) await eventually(() => expectHealth(url, 200, 'degraded'), READY_WITHIN_MS);
      const chat = await alice.chatWith(bob);
      expect((await alice.says(chat, 'without the others')).status).toBe(201);
      const his = await bob.at(1).connects();

      redis.become('none');
      await eventually(async () => {
        await alice.says(chat, 'are you there?');
        expect(his.messages.length).toBeGreaterThan(0);
      }, READY_WITHIN_MS);
      await world.kaha.start();
      for (const url of urls) await eventually(() => expectHealth(url, 200, 'ok'), READY_WITHIN_MS);
      expect((await alice.sees(chat)).body.participants.map(({ profile }) => profile.name).sort()).toEqual([
        'Alice',
        'Bob',
      ]);
      for (const node of started) {
        expect(node.output).not.toMatch(/a fault nobody caught/);
        node.signal('SIGTERM');
        expect(await node.exited).toBe(0);
      }
    },
  );

  it('is ended as any other, though nothing ever came', async () => {
    for (const link of [postgres, redis]) link.become('hole');
    const node = startBehindProxies();
    await node.listening();
    const told = performance.now();
    node.signal('SIGTERM');
    expect(await node.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(10_000);
  });

  it('in the middle of a migration that was killed: whoever comes next begins it again', async () => {
    const database = await createTestDatabase();
    databases.push(database);
    await database.query('DROP SCHEMA public CASCADE');
    await database.query('CREATE SCHEMA public');
    await slowDown(database);
    const env = { DATABASE_URL: database.url, MIGRATE_ON_START: 'true' };
    const killed = nodes.start(env);
    const migrating = await eventually(async () => {
      const [held] = await database.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      expect(held).toBeDefined();
      return held?.pid;
    }, 15_000);
    killed.signal('SIGKILL');
    await killed.exited;

    const next = [nodes.start(env), nodes.start(env)];
    await eventually(async () => {
      const waiting = await database.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
      );
      expect(waiting.length).toBeGreaterThan(0);
    }, 15_000);
    // What Postgres does by itself once it looks at the connection of the dead one.
    await database.query('DROP EVENT TRIGGER slow_migration');
    await database.query('SELECT pg_terminate_backend($1)', [migrating]);

    const urls = await Promise.all(next.map((node) => node.listening()));
    for (const url of urls)
      await eventually(
        async () => expect((await request('GET', `${url}/health/ready`)).status).toBe(200),
        15_000,
      );
    const applied = await database.query<{ name: string }>('SELECT name FROM schema_migrations');
    expect(applied.length).toBeGreaterThan(0);
    expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
    const alice = new Person({ id: world.person('Alice').id, name: 'Alice', tenantId: null }, urls);
    const chat = await alice.chatWith(world.person('Bob'));
    const { body } = await alice.says(chat, 'hello');
    expect((await alice.at(1).reads(chat)).body.items).toEqual([body]);
  });

  /** The migration that makes the outbox stops there for as long as anybody here needs. */
  async function slowDown(database: TestDatabase): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      CREATE FUNCTION public.slow_migration() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF to_regclass('public.messages') IS NOT NULL THEN PERFORM pg_sleep(60); END IF;
      END $$;
      CREATE EVENT TRIGGER slow_migration ON ddl_command_start WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION public.slow_migration()`);
    await client.end();
  }
});
