/**
 * npm test: every test, with coverage. Arguments go to Jest, and coverage is then not counted, because part of the
 * tests can not reach all of the code: `npm test -- --selectProjects unit`, `npm test -- inbox`.
 */
import { checkRequirements } from './run/requirements.mjs';

checkRequirements();
const { runScript } = await import('./run/script.mjs');
const { prepareTests, runAll, runJest } = await import('./tests/jest.mjs');

await runScript(async (teardown) => {
  await prepareTests();
  const args = process.argv.slice(2);
  return args.length > 0 ? runJest(args, teardown) : runAll(['--coverage'], teardown);
});
