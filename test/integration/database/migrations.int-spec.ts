import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import * as coreMigrations from '../../../migrations';
import { migrate } from '../../../src/database';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times } from '../../support/times';

/** Oldest first: the name ends in the time of writing. */
const CORE = Object.values(coreMigrations)
  .map(({ name }) => name)
  .sort((one, other) => Number(one.slice(-13)) - Number(other.slice(-13)));

/** Of an extension, written between two of the core's: it builds upon what was there then. */
class Polls1763700000500 implements MigrationInterface {
  name = 'Polls1763700000500';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE TABLE polls (conversation_uuid uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE polls');
  }
}

class Broken1800000000000 implements MigrationInterface {
  name = 'Broken1800000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE half_way ()');
    await queryRunner.query('SELECT 1 / 0');
  }

  async down(): Promise<void> {}
}

describe('the migrations', () => {
  let template: TestDatabase;
  let url: string;
  let db: Client;

  beforeAll(async () => {
    template = await createTestDatabase();
  });
  afterAll(() => template.drop());

  /** Every test has a database of its own, without any schema. */
  beforeEach(async () => {
    const name = `empty_${randomUUID().replaceAll('-', '')}`;
    await inside(template.url, `CREATE DATABASE ${name}`);
    url = Object.assign(new URL(template.url), { pathname: `/${name}` }).href;
    db = new Client({ connectionString: url });
    await db.connect();
  });
  beforeEach(() => {
    jest.spyOn(console, 'log').mockReturnValue(); // where TypeORM says what failed, before it throws
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await db.end();
    await inside(template.url, `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
  });

  async function tables(): Promise<string[]> {
    const { rows } = await db.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  it('bring an empty database to the newest version, and say which they were', async () => {
    await expect(migrate(url)).resolves.toEqual(CORE);
    await expect(migrate(url)).resolves.toEqual([]);
    expect(await tables()).toEqual([
      ...[
        'blocks',
        'cluster',
        'conversations',
        'messages',
        'nodes',
        'outbox',
        'outbox_shards',
        'participants',
        'schema_migrations',
        'users',
      ],
    ]);
  });

  it('are each applied once, however many nodes start at the same moment', async () => {
    const applied = await times(5, () => migrate(url));
    expect(applied.flat()).toEqual(CORE);
    const { rows } = await db.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY id');
    expect(rows.map(({ name }) => name)).toEqual(CORE);
  });

  it('can all be taken back, newest first, and applied again', async () => {
    await migrate(url);
    const schema = await shapeOf(db);
    await takeBack(url, CORE.length);
    expect(await tables()).toEqual(['schema_migrations']);
    expect(await functions(db)).toEqual([]);
    await expect(migrate(url)).resolves.toEqual(CORE);
    expect(await shapeOf(db)).toEqual(schema);
  });

  it('take the newest alone back and up again under the rows that are there', async () => {
    await migrate(url);
    await db.query(
      'INSERT INTO users (tenant_uuid, user_uuid) VALUES (gen_random_uuid(), gen_random_uuid())',
    );
    await takeBack(url, 1);
    await expect(migrate(url)).resolves.toEqual(CORE.slice(-1));
    expect((await db.query('SELECT FROM users')).rowCount).toBe(1);
  });

  it('of an extension are applied with those of the core, by the time in their names', async () => {
    const [oldest, ...newer] = CORE;
    await expect(migrate(url, [Polls1763700000500])).resolves.toEqual([
      oldest,
      'Polls1763700000500',
      ...newer,
    ]);
    await expect(migrate(url, [Polls1763700000500])).resolves.toEqual([]);
  });

  it('of an extension can be added later', async () => {
    await migrate(url);
    await expect(migrate(url, [Polls1763700000500])).resolves.toEqual(['Polls1763700000500']);
    expect(await tables()).toContain('polls');
  });

  it('leave nothing of one that fails, keep those before it, and let go of the lock', async () => {
    await expect(migrate(url, [Broken1800000000000])).rejects.toThrow('division by zero');
    expect(await tables()).not.toContain('half_way');
    await expect(migrate(url)).resolves.toEqual([]);
  });

  it('give every new database an epoch and a key of its own, once', async () => {
    await migrate(url);
    const { rows } = await db.query('SELECT epoch, length(cursor_key) AS bytes FROM cluster');
    expect(rows).toEqual([{ epoch: expect.any(String), bytes: 32 }]);
    await expect(db.query('INSERT INTO cluster DEFAULT VALUES')).rejects.toThrow('cluster_pkey');
  });
});

async function inside(databaseUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** The service itself only ever goes forward: this is what an operator does with TypeORM's own command. */
async function takeBack(url: string, newest: number): Promise<void> {
  const migrations = Object.values(coreMigrations);
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'schema_migrations',
  });
  await source.initialize();
  try {
    for (let taken = 0; taken < newest; taken++) await source.undoLastMigration({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}

async function functions(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ text: string }>(
    `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY oid`,
  );
  return rows.map(({ text }) => text);
}

/** Everything a migration could have left different: columns, constraints, indexes, functions. */
async function shapeOf(db: Client): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT c.relname, c.relkind, c.reloptions, a.attname, a.atttypid::regtype::text, a.attnotnull
     FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attnum`,
  );
  const { rows: indexes } = await db.query(
    `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
  );
  const { rows: constraints } = await db.query(
    `SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS text FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  );
  return { rows, indexes, constraints, functions: await functions(db) };
}
