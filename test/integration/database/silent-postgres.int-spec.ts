import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { connectionOptions, Database, DedicatedConnections, type Statement } from '../../../src/database';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { databaseAt } from '../../support/database-config';

const PING: Statement = { name: 'test.ping', text: 'SELECT 1 AS one' };
const UNAVAILABLE = { code: 'unavailable', dependency: 'postgres' };
/** Every request ends within 5 s. */
const LIMIT_MS = 5_000;

/** A way to Postgres that can swallow what is sent along it, in both directions, while all connections stay open. */
class Line {
  silent = false;
  private readonly ends = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly target: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      this.tie(near, far);
      this.tie(far, near);
    });
  }

  async url(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(this.target), { hostname: '127.0.0.1', port: `${port}` }).href;
  }

  close(): void {
    this.server.close();
    for (const end of this.ends) end.destroy();
  }

  private tie(from: Socket, to: Socket): void {
    this.ends.add(from);
    from.on('data', (bytes) => this.silent || to.write(bytes));
    from.on('close', () => to.destroy()).on('error', () => to.destroy());
  }
}

describe('a Postgres that takes what it is sent and says nothing', () => {
  let testDatabase: TestDatabase;
  let line: Line;
  let database: Database;
  let dedicated: DedicatedConnections;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    line = new Line(new URL(testDatabase.url));
    const url = await line.url();
    const config = databaseAt(url, 2);
    const extra = { ...connectionOptions(config), max: 2 };
    database = new Database(new DataSource({ type: 'postgres', url, extra }), config, []);
    await database.onModuleInit();
    dedicated = new DedicatedConnections(config, 1, {});
    await dedicated.query(PING, []);
  });
  afterAll(async () => {
    await Promise.all([database.onApplicationShutdown(), dedicated.close()]);
    line.close();
    await testDatabase.drop();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a statement', () => database.query(PING, [])],
    ['a transaction', () => database.transaction((tx) => tx.query(PING, []))],
    ['a statement of the write path', () => dedicated.query(PING, [])],
  ])(
    'is unavailable to %s within the time a request may take, and then serves it again',
    async (_what, ask) => {
      await ask();
      line.silent = true;
      const started = performance.now();
      await expect(ask()).rejects.toMatchObject(UNAVAILABLE);
      expect(performance.now() - started).toBeLessThan(LIMIT_MS);
      line.silent = false;
      await expect(ask()).resolves.toEqual([{ one: 1 }]);
    },
  );

  it('is unavailable in time also to those who must connect first', async () => {
    line.silent = true;
    const started = performance.now();
    const asked = Array.from({ length: 6 }, () => database.query(PING, []).catch((error: unknown) => error));
    for (const error of await Promise.all(asked)) expect(error).toMatchObject(UNAVAILABLE);
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    line.silent = false;
    await expect(database.query(PING, [])).resolves.toEqual([{ one: 1 }]);
  });
});
