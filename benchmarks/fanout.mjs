/** npm run bench:fanout: from a commit to everybody's sockets. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchFanout } = await import('./fanout/bench-fanout.mjs'); // needs what was only just installed
  await benchFanout(teardown);
});
