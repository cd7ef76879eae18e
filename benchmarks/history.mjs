/** npm run bench:history: whether old messages slow new pages down. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchHistory } = await import('./history/bench-history.mjs'); // needs what was only just installed
  await benchHistory(teardown);
});
