import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { throwawayFolder } from '../infra/throwaway-folder.mjs';
import { prepareTests, runAll } from '../tests/jest.mjs';

/**
 * Runs all tests as `npm test` does, and counts them. A test that was skipped or is still to be written has not
 * passed; and neither has the run if Jest is not content for another reason, such as the coverage.
 *
 * @param {import('../run/teardown.mjs').Teardown} teardown
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function jestTally(teardown) {
  const folder = throwawayFolder('ci');
  teardown.add(folder.remove);
  const results = join(folder.path, 'results.json');

  await prepareTests();
  const coverage = ['--coverage', '--coverageDirectory', join(folder.path, 'coverage')];
  const code = await runAll(['--ci', ...coverage, '--json', '--outputFile', results], teardown);

  const tally = existsSync(results)
    ? count(JSON.parse(readFileSync(results, 'utf8')))
    : { passed: 0, failed: 0 };
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}

function count(results) {
  const notRun = results.numPendingTests + results.numTodoTests;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites + notRun,
  };
}
