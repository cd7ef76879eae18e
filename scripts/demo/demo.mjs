import { join } from 'node:path';
import { ensureDatabase } from '../infra/databases.mjs';
import { freePort } from '../infra/ports.mjs';
import { startPostgres } from '../infra/postgres.mjs';
import { logFile } from '../run/project.mjs';
import { startRedis } from '../infra/redis.mjs';
import { newSecret } from '../infra/secrets.mjs';
import { throwawayFolder } from '../infra/throwaway-folder.mjs';
import { ensureBuilt } from '../prepare/build.mjs';
import { ensureDependencies } from '../prepare/dependencies.mjs';
import { step } from '../run/progress.mjs';
import { runScript } from '../run/script.mjs';
import { startNode } from '../service/node.mjs';
import { migrate } from '../service/schema.mjs';
import { startKahaStandIn } from '../stand-in/kaha.mjs';

const HOST = '127.0.0.1';

await runScript(async (teardown) => {
  console.log('chat-backend demo: two people, each at a node of their own\n');
  await step('Dependencies', ensureDependencies, String);
  await step('Build', ensureBuilt, String);
  const settings = await step('Fresh Postgres, Redis and stand-in', () => startSurroundings(teardown));
  const [first, second] = await step('Two nodes', () => startNodes(settings, teardown), portsOf);
  console.log();
  const { converse } = await import('./conversation.mjs'); // needs what was only just installed
  await converse({ first: first.url, second: second.url, secret: settings.JWT_SECRET });
  console.log('\nEverything happened as it should.');
});

/** All a node needs, new and empty, gone at the end. */
async function startSurroundings(teardown) {
  const folder = throwawayFolder('demo');
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

  return {
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    JWT_SECRET: newSecret(),
    SERVICE_TOKEN: newSecret(),
    KAHA_BASE_URL: kaha.url,
    KAHA_SERVICE_TOKEN: kaha.token,
  };
}

function startNodes(settings, teardown) {
  return Promise.all(
    ['demo-node-1', 'demo-node-2'].map(async (name) => {
      const node = await startNode({ settings, host: HOST, port: await freePort(HOST), log: logFile(name) });
      teardown.add(node.stop);
      return node;
    }),
  );
}

function portsOf(nodes) {
  return `on ports ${nodes.map(({ url }) => new URL(url).port).join(' and ')}`;
}
