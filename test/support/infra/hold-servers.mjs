/**
 * Starts a Postgres and a Redis as the scripts do, prints as one line of JSON what a test wants to know of them, and
 * holds them until it is killed. For each line it is told it starts what that names again and prints anew: \`postgres\`
 * on its data, \`redis\` with nothing but its password, whether the one before still runs or not.
 *
 *   node hold-servers.mjs durable | fast
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres } from '../../../scripts/infra/postgres.mjs';
import { startRedis } from '../../../scripts/infra/redis.mjs';
import { newSecret } from '../../../scripts/infra/secrets.mjs';
import { makeServerOwned } from '../../../scripts/infra/server-folder.mjs';
import { throwawayFolder } from '../../../scripts/infra/throwaway-folder.mjs';

const { path: folder } = throwawayFolder('held');
const password = newSecret();
const durable = process.argv[2] === 'durable';
const log = join(folder, 'postgres.log');
const postgresAgain = () => startPostgres({ home: folder, password, durable, log });

const started = [await startRedis({ home: folder, log: join(folder, 'redis.log') })];
let postgres = await postgresAgain();
tell();
setInterval(() => {}, 60_000);
createInterface({ input: process.stdin }).on('line', async (name) => {
  if (name === 'redis') started.push(await redisAgain());
  else postgres = await postgresAgain();
  tell();
});

function redisAgain() {
  const home = makeServerOwned(join(folder, `redis-${started.length}`));
  const { password } = new URL(started[0].url);
  return startRedis({ home, log: `${home}.log`, password });
}

function tell() {
  const redis = started.at(-1);
  const facts = {
    folder,
    postgres: { pid: postgres.pid, url: postgres.url('postgres') },
    redis: { pid: redis.pid, url: redis.url },
  };
  console.log(JSON.stringify(facts));
}
