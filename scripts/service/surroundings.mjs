import { join } from 'node:path';
import { ensureDatabase } from '../infra/databases.mjs';
import { startPostgres } from '../infra/postgres.mjs';
import { startRedis } from '../infra/redis.mjs';
import { newSecret } from '../infra/secrets.mjs';
import { throwawayFolder } from '../infra/throwaway-folder.mjs';
import { startKahaStandIn } from '../stand-in/kaha.mjs';
import { migrate } from './schema.mjs';

/**
 * All a node needs, new and empty, gone at the end: a durable Postgres with the schema, Redis, the stand-in.
 *
 * @param {string} purpose part of the name of their folder
 * @param {import('../run/teardown.mjs').Teardown} teardown
 */
export async function startSurroundings(purpose, teardown) {
  const folder = throwawayFolder(purpose);
  teardown.add(folder.remove);
  const inFolder = (name) => join(folder.path, name);

  const postgres = await startPostgres({
    home: folder.path,
    password: newSecret(),
    durable: true,
    log: inFolder('postgres.log'),
  });
  teardown.add(postgres.stop);
  const redis = await startRedis({ home: folder.path, log: inFolder('redis.log') });
  teardown.add(redis.stop);
  const kaha = await startKahaStandIn();
  teardown.add(kaha.stop);
  const databaseUrl = await ensureDatabase(postgres, 'chat');
  await migrate(databaseUrl, inFolder('migrate.log'));

  const settings = {
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    JWT_SECRET: newSecret(),
    SERVICE_TOKEN: newSecret(),
    KAHA_BASE_URL: kaha.url,
    KAHA_SERVICE_TOKEN: kaha.token,
  };
  return { postgres, redis, settings, inFolder };
}
