/** npm run bench:write: messages through the write path alone. See docs/performance.md. */
import { checkRequirements } from '../scripts/run/requirements.mjs';

checkRequirements();
const { ensureDependencies } = await import('../scripts/prepare/dependencies.mjs');
const { runScript } = await import('../scripts/run/script.mjs');

await runScript(async (teardown) => {
  await ensureDependencies();
  const { benchWritePath } = await import('./write/bench-write.mjs'); // needs what was only just installed
  await benchWritePath(teardown);
});
