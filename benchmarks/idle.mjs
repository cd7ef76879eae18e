/** npm run bench:idle: many sockets that have nothing to say. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchIdle } = await import('./idle/bench-idle.mjs'); // needs what was only just installed
  await benchIdle(teardown);
});
