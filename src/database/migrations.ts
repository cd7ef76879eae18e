import { DataSource, type MigrationInterface } from 'typeorm';
import * as coreMigrations from '../../migrations';

export type MigrationClass = new () => MigrationInterface;

/** Injection token: the migrations of extensions, `readonly MigrationClass[]`. */
export const FURTHER_MIGRATIONS = Symbol('FURTHER_MIGRATIONS');

/** "chat-backend" in the space of advisory locks; any constant does, as long as all nodes agree. */
const MIGRATION_LOCK = 7_307_208_146;

/**
 * Brings the schema to the newest version. Safe from several nodes at once: the first one in holds a session
 * lock, the others wait and find nothing left to do. A process killed half-way leaves its unfinished migration
 * rolled back, and the lock goes with its connection.
 *
 * @returns the names of the migrations that this call applied.
 */
export async function migrate(url: string, further: readonly MigrationClass[] = []): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: [...Object.values(coreMigrations), ...further],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    extra: { max: 2, connectionTimeoutMillis: 5_000, application_name: 'chat-backend migrate' },
  });
  await dataSource.initialize();
  try {
    const lock = dataSource.createQueryRunner();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      return (await dataSource.runMigrations()).map(({ name }) => name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}
