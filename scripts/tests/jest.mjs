import { constants } from 'node:os';
import { projectFolder } from '../run/project.mjs';
import { ensureRedis } from '../infra/redis-binary.mjs';
import { startTied } from '../run/tied-program.mjs';
import { ensureBuilt } from '../prepare/build.mjs';
import { ensureDependencies } from '../prepare/dependencies.mjs';
import { step } from '../run/progress.mjs';
import { JEST, writeSuites } from './suites.mjs';

/** What takes long the first time, before Jest: there nobody would see why it takes so long. */
export async function prepareTests() {
  await step('Dependencies', ensureDependencies, String);
  if (process.env.TEST_INFRA !== 'containers') await step('Redis', ensureRedis, String);
  await step('Build', ensureBuilt, String);
}

/**
 * Runs everything.
 *
 * @param {string[]} args
 * @param {import('../run/teardown.mjs').Teardown} teardown
 * @returns {Promise<number>} its exit code
 */
export async function runAll(args, teardown) {
  return runJest(['--config', await writeSuites(), ...args], teardown);
}

/**
 * @param {string[]} args
 * @param {import('../run/teardown.mjs').Teardown} teardown
 * @returns {Promise<number>} its exit code
 */
export async function runJest(args, teardown) {
  const jest = startTied(process.execPath, [JEST, ...args], {
    cwd: projectFolder,
  });
  teardown.add(jest.stop);
  const { code, signal } = await jest.ended;
  return code ?? 128 + constants.signals[signal];
}
