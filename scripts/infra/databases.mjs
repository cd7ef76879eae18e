import { Failure } from '../run/failure.mjs';

/** Postgres' name for the database that is always there to connect to. */
export const MAINTENANCE_DATABASE = 'postgres';

/**
 * @param {{ url: (database: string) => string }} postgres
 * @param {string} name
 * @returns {Promise<string>} its URL
 */
export async function ensureDatabase(postgres, name) {
  await withClient(postgres.url(MAINTENANCE_DATABASE), async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  });
  return postgres.url(name);
}

/**
 * @param {string} url
 * @param {(client: import('pg').Client) => Promise<void>} work
 */
export async function withClient(url, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    if (error.code !== '28P01') throw error;
    throw new Failure(
      'The kept Postgres data has another password than .private/secrets.json. Remove .private.',
    );
  } finally {
    await client.end();
  }
}
