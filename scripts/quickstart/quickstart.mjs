import { isIP } from 'node:net';
import { ensureDatabase } from '../infra/databases.mjs';
import { portFrom } from '../infra/ports.mjs';
import { startPostgres } from '../infra/postgres.mjs';
import { followLog, lastLines } from '../run/program-output.mjs';
import { logFile } from '../run/project.mjs';
import { startRedis } from '../infra/redis.mjs';
import { tryLock } from '../run/run-lock.mjs';
import { keptSecret } from '../infra/secrets.mjs';
import { serverFolder } from '../infra/server-folder.mjs';
import { ensureBuilt } from '../prepare/build.mjs';
import { ensureDependencies } from '../prepare/dependencies.mjs';
import { Failure } from '../run/failure.mjs';
import { seconds, step } from '../run/progress.mjs';
import { runScript } from '../run/script.mjs';
import { worryIn } from '../service/log-line.mjs';
import { startNode } from '../service/node.mjs';
import { migrate } from '../service/schema.mjs';
import { startKahaStandIn } from '../stand-in/kaha.mjs';
import { people } from '../stand-in/directory.mjs';
import { tokenFor } from '../stand-in/token.mjs';
import { announce } from './running.mjs';
import { welcome } from './welcome.mjs';

const DEFAULT_PORT = 3000;
/** Some shells and tools have a HOST of their own, which is a name: only an address can be meant for us. */
const HOST = isIP(process.env.HOST ?? '') ? process.env.HOST : '127.0.0.1';

await runScript(async (teardown) => {
  const started = performance.now();
  console.log('chat-backend quickstart\n');
  onlyOne(teardown);

  await step('Dependencies', ensureDependencies, String);
  await step('Build', ensureBuilt, String);
  const postgres = await step('Postgres', startStore, ({ port }) => `on port ${port}`);
  teardown.add(postgres.stop);
  const redis = await step('Redis', startCache, ({ port }) => `on port ${port}`);
  teardown.add(redis.stop);
  const databaseUrl = await ensureDatabase(postgres, 'chat');
  await step(
    'Schema',
    () => migrate(databaseUrl, logFile('migrate')),
    () => 'up to date',
  );
  const kaha = await step('Stand-in for kaha-main-v3', startKahaStandIn, ({ url }) => `at ${url}`);
  teardown.add(kaha.stop);
  const node = await step(
    'Service',
    () => startService({ databaseUrl, redis, kaha }),
    () => 'ready',
  );
  teardown.add(node.stop);

  teardown.add(followLog(node.log, (line) => showWorry(line)));
  teardown.add(announce({ url: node.url }));
  console.log(`\nReady after ${seconds(started)}.\n`);
  console.log(welcome({ url: node.url, log: node.log, people: withTokens() }));

  const { code, signal } = await node.ended;
  throw new Failure(`The service ended by itself (${signal ?? `exit code ${code}`}).`, lastLines(node.log));
});

/** Two would share one data folder. */
function onlyOne(teardown) {
  const release = tryLock('quickstart');
  if (release === null) throw new Failure('A quickstart of this working copy is running already.');
  teardown.add(release);
}

function startStore() {
  return startPostgres({
    home: serverFolder(),
    password: keptSecret('postgresPassword'),
    durable: true,
    log: logFile('postgres'),
  });
}

function startCache() {
  return startRedis({ home: serverFolder(), log: logFile('redis') });
}

async function startService({ databaseUrl, redis, kaha }) {
  const port = await portFrom(Number(process.env.PORT ?? DEFAULT_PORT), HOST);
  const settings = {
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    JWT_SECRET: keptSecret('jwtSecret'),
    SERVICE_TOKEN: keptSecret('serviceToken'),
    KAHA_BASE_URL: kaha.url,
    KAHA_SERVICE_TOKEN: kaha.token,
    CORS_ORIGINS: `http://localhost:${port},http://127.0.0.1:${port}`,
  };
  return startNode({ settings, host: HOST, port, log: logFile('service') });
}

function showWorry(line) {
  const worry = worryIn(line);
  if (worry !== null) console.log(worry);
}

function withTokens() {
  return people.map((one) => ({ ...one, token: tokenFor(one, keptSecret('jwtSecret')) }));
}
