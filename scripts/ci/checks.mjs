import { setTimeout as delay } from 'node:timers/promises';
import { ensureBuilt } from '../run/build.mjs';
import { ensureDependencies } from '../run/dependencies.mjs';
import { runNpm } from '../run/npm.mjs';
import { seconds } from '../run/progress.mjs';
import { jestTally } from './jest-tally.mjs';

/** Before whoever runs this loses patience: some results are better than none. */
const MINUTES = 14;

/** What is quick and tells most comes first. Each resolves to a tally, or counts as one that passed or failed. */
const CHECKS = [
  ['format', npmScript('format:check')],
  ['lint', npmScript('lint')],
  ['types', npmScript('typecheck')],
  ['build', ensureBuilt],
  ['docs', npmScript('docs:check')],
  ['tests', jestTally],
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
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

async function checkAll(total, teardown) {
  const count = async ([name, run]) => {
    const { passed, failed } = await shown(name, () => run(teardown));
    total.passed += passed;
    total.failed += failed;
    return failed === 0;
  };
  if (!(await count(['install', ensureDependencies]))) return; // nothing else can run without
  for (const check of CHECKS) await count(check);
}

async function shown(name, run) {
  const started = performance.now();
  console.log(`\n--- ${name}`);
  const tally = await tallyOf(run);
  console.log(`--- ${name} ${tally.failed === 0 ? 'passed' : 'FAILED'} (${seconds(started)})`);
  return tally;
}

async function tallyOf(run) {
  try {
    const result = await run();
    return result?.passed === undefined ? { passed: 1, failed: 0 } : result;
  } catch (error) {
    console.log([error.output, error.message].filter(Boolean).join('\n'));
    return { passed: 0, failed: 1 };
  }
}

function npmScript(name) {
  return () => runNpm(['run', name], { log: null });
}
