/** npm run bench:storm: a node is killed, and everybody it had comes to another one at once. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchStorm } = await import('./storm/bench-storm.mjs'); // needs what was only just installed
  await benchStorm(teardown);
});
