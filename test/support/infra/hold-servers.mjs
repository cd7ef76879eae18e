/**
 * Starts a Postgres and a Redis as the scripts do, prints as one line of JSON what a test wants to know of them, and
 * holds them until it is killed. For each line it is told it starts Postgres again, on its data, and prints anew.
 *
 *   node hold-servers.mjs durable | fast
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres } from '../../../scripts/infra/postgres.mjs';
import { startRedis } from '../../../scripts/infra/redis.mjs';
import { newSecret } from '../../../scripts/infra/secrets.mjs';
import { throwawayFolder } from '../../../scripts/infra/throwaway-folder.mjs';

const { path: folder } = throwawayFolder('held');
const password = newSecret();
const durable = process.argv[2] === 'durable';
const log = join(folder, 'postgres.log');
const postgresAgain = () => startPostgres({ home: folder, password, durable, log });

const redis = await startRedis({ home: folder, log: join(folder, 'redis.log') });
tell(await postgresAgain());
setInterval(() => {}, 60_000);
createInterface({ input: process.stdin }).on('line', async () => tell(await postgresAgain()));

function tell(postgres) {
  const facts = {
    folder,
    postgres: { pid: postgres.pid, url: postgres.url('postgres') },
    redis: { pid: redis.pid, url: redis.url },
  };
  console.log(JSON.stringify(facts));
}
