/**
 * Every check of the project, one after the other, from a clean clone: each shows itself and how long it took, all
 * run even where one fails, and the last line is `N passed, N failed`. Started by `.ci/run`.
 */
import { checkRequirements } from './run/requirements.mjs';

checkRequirements();
const { runScript } = await import('./run/script.mjs');
const { runChecks } = await import('./ci/checks.mjs');

await runScript(runChecks);
