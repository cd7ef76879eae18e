import { join } from 'node:path';
import { MAINTENANCE_DATABASE } from '../../../scripts/infra/databases.mjs';
import { startPostgres } from '../../../scripts/infra/postgres.mjs';
import { startRedis } from '../../../scripts/infra/redis.mjs';
import { newSecret } from '../../../scripts/infra/secrets.mjs';

/**
 * Servers of this run alone: other runs have other ports and folders. They end with this process, however it ends.
 *
 * @param {string} folder
 */
export async function startServers(folder) {
  const [postgres, redis] = await Promise.all([
    startPostgres({
      home: folder,
      password: newSecret(),
      durable: false,
      log: join(folder, 'postgres.log'),
    }),
    startRedis({ home: folder, log: join(folder, 'redis.log') }),
  ]);
  return {
    databaseUrl: postgres.url(MAINTENANCE_DATABASE),
    redisUrl: redis.url,
    stop: () => Promise.all([postgres.stop(), redis.stop()]),
  };
}
