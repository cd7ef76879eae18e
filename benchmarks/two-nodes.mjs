/** npm run bench:two-nodes: what a second node costs. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchTwoNodes } = await import('./two-nodes/bench-two-nodes.mjs'); // needs what was only just installed
  await benchTwoNodes(teardown);
});
