/** npm run bench:e2e: messages through the whole service, door to door. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { runScript } = await import('../scripts/run/script.mjs');
const { benchEndToEnd } = await import('./e2e/bench-e2e.mjs');

await runScript(benchEndToEnd);
