/**
 * Starts a Postgres and a Redis as the scripts do, prints as one line of JSON what a test wants to know of them, and
 * holds them until it is killed.
 *
 *   node hold-servers.mjs durable | fast
 */
import { join } from 'node:path';
import { startPostgres } from '../../../scripts/infra/postgres.mjs';
import { startRedis } from '../../../scripts/infra/redis.mjs';
import { newSecret } from '../../../scripts/infra/secrets.mjs';
import { throwawayFolder } from '../../../scripts/infra/throwaway-folder.mjs';

const { path: folder } = throwawayFolder('held');
const [postgres, redis] = await Promise.all([
  startPostgres({
    home: folder,
    password: newSecret(),
    durable: process.argv[2] === 'durable',
    log: join(folder, 'postgres.log'),
  }),
  startRedis({ home: folder, log: join(folder, 'redis.log') }),
]);
console.log(
  JSON.stringify({
    folder,
    postgres: { pid: postgres.pid, url: postgres.url('postgres') },
    redis: { pid: redis.pid, url: redis.url },
  }),
);
setInterval(() => {}, 60_000);
