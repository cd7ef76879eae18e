import { freePort } from '../infra/ports.mjs';
import { logFile } from '../run/project.mjs';
import { ensureBuilt } from '../prepare/build.mjs';
import { ensureDependencies } from '../prepare/dependencies.mjs';
import { step } from '../run/progress.mjs';
import { runScript } from '../run/script.mjs';
import { startNode } from '../service/node.mjs';
import { startSurroundings } from '../service/surroundings.mjs';

const HOST = '127.0.0.1';

await runScript(async (teardown) => {
  console.log('chat-backend demo: two people, each at a node of their own\n');
  await step('Dependencies', ensureDependencies, String);
  await step('Build', ensureBuilt, String);
  const { settings } = await step('Fresh Postgres, Redis and stand-in', () =>
    startSurroundings('demo', teardown),
  );
  const [first, second] = await step('Two nodes', () => startNodes(settings, teardown), portsOf);
  console.log();
  const { converse } = await import('./conversation.mjs'); // needs what was only just installed
  await converse({ first: first.url, second: second.url, secret: settings.JWT_SECRET });
  console.log('\nEverything happened as it should.');
});

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
