/** npm run bench:e2e: messages through the whole service. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchEndToEnd } = await import('./e2e/bench-e2e.mjs'); // needs what was only just installed
  await benchEndToEnd(teardown);
});
