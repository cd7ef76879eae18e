/**
 * Keeps docs/sql equal to what the service says to Postgres. A test does it, on a Postgres of its own: what it finds
 * it compares, as it does in every run of all tests, or writes down.
 *
 *   node scripts/sql.mjs --write
 *   node scripts/sql.mjs --check
 */
import { checkRequirements } from './run/requirements.mjs';

checkRequirements();
const { Failure } = await import('./run/failure.mjs');
const { runScript } = await import('./run/script.mjs');
const { prepareTests, runJest } = await import('./tests/jest.mjs');

const TEST = 'test/integration/sql';

await runScript(async (teardown) => {
  const [mode, ...rest] = process.argv.slice(2);
  if (!['--write', '--check'].includes(mode) || rest.length > 0)
    throw new Failure('usage: node scripts/sql.mjs --write | --check');
  process.env.SQL_DOCS = mode.slice(2);
  await prepareTests();
  return runJest(['--selectProjects', 'integration', '--', TEST], teardown);
});
