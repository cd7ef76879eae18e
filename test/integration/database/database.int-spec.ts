import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { ConfigModule } from '../../../src/config';
import { ClusterIdentity, Database, DatabaseModule, type Statement, type Tx } from '../../../src/database';
import { configOn } from '../../support/config-on';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times, upTo } from '../../support/times';

const POOL_SIZE = 3;
const UNAVAILABLE = { code: 'unavailable', dependency: 'postgres' };

const WRITE = sql('test.write', 'INSERT INTO notes (text) VALUES ($1)');
const READ = sql('test.read', 'SELECT text FROM notes ORDER BY text');
const PID = sql('test.pid', 'SELECT pg_backend_pid() AS pid');
const KILL_MYSELF = sql('test.kill', 'SELECT pg_terminate_backend(pg_backend_pid())');

function sql(name: string, text: string): Statement {
  return { name, text };
}

describe('the database', () => {
  let testDatabase: TestDatabase;
  let module: TestingModule;
  let database: Database;
  /** Looks at it from outside. */
  let outside: Client;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    outside = new Client({ connectionString: testDatabase.url });
    await outside.connect();
    await outside.query('CREATE TABLE notes (text text PRIMARY KEY)');
    module = await start(testDatabase.url);
    database = module.get(Database);
  });
  beforeEach(() => outside.query('TRUNCATE notes'));
  afterAll(async () => {
    await module.close();
    await outside.end();
    await testDatabase.drop();
  });

  const notes = async (): Promise<string[]> => {
    const { rows } = await outside.query<{ text: string }>(READ.text);
    return rows.map(({ text }) => text);
  };
  const pidOf = async (tx: Tx | Database): Promise<number> =>
    (await tx.query<{ pid: number }>(PID, []))[0]?.pid ?? 0;
  const kill = (pid: number) => outside.query('SELECT pg_terminate_backend($1)', [pid]);

  /** Every connection can be had at once: none was lost on the way. */
  async function expectWholePool(): Promise<void> {
    let waiting = POOL_SIZE;
    let open: () => void;
    const allIn = new Promise<void>((resolve) => (open = resolve));
    const pids = await times(POOL_SIZE, () =>
      database.transaction(async (tx) => {
        const pid = await pidOf(tx);
        if (--waiting === 0) open();
        await allIn;
        return pid;
      }),
    );
    expect(new Set(pids).size).toBe(POOL_SIZE);
  }

  describe('a transaction', () => {
    it('is committed when its work is done, and returns what came of it', async () => {
      const seen = await database.transaction(async (tx) => {
        await tx.query(WRITE, ['a']);
        expect(await notes()).toEqual([]);
        return tx.query(READ, []);
      });
      expect(seen).toEqual([{ text: 'a' }]);
      expect(await notes()).toEqual(['a']);
    });

    it('is rolled back when its work throws, whose error is passed on as it is', async () => {
      const refusal = new TypeError('changed my mind');
      const work = async (tx: Tx) => {
        await tx.query(WRITE, ['a']);
        throw refusal;
      };
      await expect(database.transaction(work)).rejects.toBe(refusal);
      expect(await notes()).toEqual([]);
    });

    it('is rolled back when a statement fails, whose error keeps its code', async () => {
      const work = async (tx: Tx) => {
        await tx.query(WRITE, ['a']);
        await tx.query(WRITE, ['a']);
      };
      await expect(database.transaction(work)).rejects.toMatchObject({ code: '23505' });
      expect(await notes()).toEqual([]);
    });

    it('does not claim to be committed when Postgres has given it up', async () => {
      const work = async (tx: Tx) => {
        await tx.query(WRITE, ['a']);
        await tx.query(WRITE, ['a']).catch(() => undefined); // from here on Postgres ignores it
      };
      await expect(database.transaction(work)).rejects.toThrow();
      expect(await notes()).toEqual([]);
    });

    it('leaves its connection clean for the next, whatever came of it', async () => {
      for (const _ of upTo(POOL_SIZE * 2)) {
        await database.transaction((tx) => tx.query(WRITE, ['a'])).catch(() => undefined);
        await database.transaction(() => Promise.reject(new Error('no'))).catch(() => undefined);
      }
      const { rows } = await outside.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      );
      expect(rows).toEqual([]);
      await expectWholePool();
    });

    it.each<[string, (tx: Tx) => Promise<unknown>]>([
      ['between two statements', async (tx) => kill(await pidOf(tx)).then(() => tx.query(READ, []))],
      ['during a statement', (tx) => tx.query(KILL_MYSELF, [])],
      ['before it is committed', async (tx) => kill(await pidOf(tx))],
      ['unnoticed by its work', (tx) => tx.query(KILL_MYSELF, []).catch(() => undefined)],
    ])('whose connection is cut %s is unavailable, and the pool recovers', async (_when, cut) => {
      const work = async (tx: Tx) => {
        await tx.query(WRITE, ['a']);
        await cut(tx);
      };
      for (const _ of upTo(POOL_SIZE + 1))
        await expect(database.transaction(work)).rejects.toMatchObject(UNAVAILABLE);
      expect(await notes()).toEqual([]);
      await expectWholePool();
    });
  });

  it('hands out numbers and dates, not text', async () => {
    const types = sql('test.types', `SELECT 9007199254740991::bigint AS big, 'epoch'::timestamptz AS time`);
    expect(await database.query(types, [])).toEqual([{ big: Number.MAX_SAFE_INTEGER, time: new Date(0) }]);
  });

  it('survives that all its idle connections are cut', async () => {
    await expectWholePool();
    const { rowCount } = await outside.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'chat-backend'`,
    );
    expect(rowCount).toBe(POOL_SIZE);
    await eventually(() => database.query(READ, []));
    await expectWholePool();
  });

  it('waits for no statement longer than a request may take', async () => {
    const sleep = sql('test.sleep', 'SELECT pg_sleep(10)');
    const started = performance.now();
    await expect(database.query(sleep, [])).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - started).toBeLessThan(3_500);
    await expectWholePool();
  });

  it('waits for no lock longer than a request may take', async () => {
    await outside.query('BEGIN; LOCK TABLE notes');
    try {
      await expect(database.transaction((tx) => tx.query(WRITE, ['a']))).rejects.toMatchObject(UNAVAILABLE);
    } finally {
      await outside.query('ROLLBACK');
    }
    await expect(database.query(READ, [])).resolves.toEqual([]);
  });

  it('waits for no connection longer than a request may take', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const holders = times(POOL_SIZE, () => database.transaction(() => released));
    await expect(database.query(READ, [])).rejects.toMatchObject(UNAVAILABLE);
    release();
    await holders;
    await expect(database.query(READ, [])).resolves.toEqual([]);
  });
});

describe('a database that is not there when the process starts', () => {
  it('is unavailable until it comes, is then brought up to date, and serves', async () => {
    const neighbour = await createTestDatabase();
    const url = Object.assign(new URL(neighbour.url), {
      pathname: `${new URL(neighbour.url).pathname}_late`,
    }).href;
    const outside = new Client({ connectionString: neighbour.url });
    await outside.connect();
    const module = await start(url, { MIGRATE_ON_START: 'true' });
    try {
      const [database, cluster] = [module.get(Database), module.get(ClusterIdentity)];
      await expect(database.query(PID, [])).rejects.toMatchObject(UNAVAILABLE);
      await expect(database.transaction((tx) => tx.query(PID, []))).rejects.toMatchObject(UNAVAILABLE);
      await expect(cluster.read()).rejects.toMatchObject(UNAVAILABLE);
      await outside.query(`CREATE DATABASE ${new URL(url).pathname.slice(1)}`);
      const facts = await eventually(() => cluster.read(), 10_000);
      expect(facts).toEqual({ epoch: expect.any(String), cursorKey: expect.any(Buffer) });
      expect(await cluster.read()).toBe(facts);
    } finally {
      await module.close();
      await outside.query(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
      await outside.end();
      await neighbour.drop();
    }
  });
});

async function start(databaseUrl: string, more: Record<string, string> = {}): Promise<TestingModule> {
  const config = configOn(databaseUrl, { DATABASE_POOL_SIZE: `${POOL_SIZE}`, ...more });
  const module = await Test.createTestingModule({
    imports: [ConfigModule.with(config), DatabaseModule.with([])],
  }).compile();
  return module.init();
}
