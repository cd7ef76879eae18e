import { setTimeout as delay } from 'node:timers/promises';
import { ensureBuilt } from '../prepare/build.mjs';
import { ensureDependencies } from '../prepare/dependencies.mjs';
import { runNpm } from '../prepare/npm.mjs';
import { seconds } from '../run/progress.mjs';
import { logFile } from '../run/project.mjs';
import { jestTally } from './jest-tally.mjs';

/** Before whoever runs this loses patience: some results are better than none. */
const MINUTES = 14;

/** Before the tests, because they are quicker: at once those of the source, then those of what is built of it. */
const CHECKS = [
  { format: npmScript('format:check'), lint: npmScript('lint'), types: npmScript('typecheck') },
  { build: ensureBuilt },
  { docs: npmScript('docs:check') },
];

/**
 * Runs every check, also after one has failed, and ends with the tally as the last line.
 *
 * @param {import('../run/teardown.mjs').Teardown} teardown
 * @returns {Promise<number>} exit code
 */
export async function runChecks(teardown) {
  const total = { passed: 0, failed: 0 };
  const timeUp = delay(MINUTES * 60_000, 'time up', { ref: false });
  if ((await Promise.race([checkAll(total, teardown), timeUp])) === 'time up') {
    console.log(`\nNot done after ${MINUTES} minutes.`);
    total.failed++;
  }
  await teardown.run(); // nothing may speak after the last line
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

async function checkAll(total, teardown) {
  const count = async (name, run) => {
    const { passed, failed } = await shown(name, run);
    total.passed += passed;
    total.failed += failed;
    return failed === 0;
  };
  if (!(await count('install', asOne(ensureDependencies)))) return; // nothing else can run without
  for (const checks of CHECKS)
    await Promise.all(Object.entries(checks).map(([name, run]) => count(name, asOne(run))));
  await count('tests', () => jestTally(teardown));
}

async function shown(name, run) {
  const started = performance.now();
  console.log(`\n--- ${name}`);
  const tally = await run().catch((error) => {
    console.log([error.output, error.message].filter(Boolean).join('\n'));
    return { passed: 0, failed: 1 };
  });
  console.log(`--- ${name} ${tally.failed === 0 ? 'passed' : 'FAILED'} (${seconds(started)})`);
  return tally;
}

function asOne(run) {
  return async () => {
    await run();
    return { passed: 1, failed: 0 };
  };
}

function npmScript(name) {
  return () => runNpm(['run', name], { log: logFile(name.replace(':', '-')) });
}
