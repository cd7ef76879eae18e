import { ensureBuilt } from '../../scripts/prepare/build.mjs';
import { step } from '../../scripts/run/progress.mjs';
import { startSurroundings } from '../../scripts/service/surroundings.mjs';
import { readConditions } from './conditions.mjs';

/**
 * The built service's surroundings, new and empty, and the conditions they run under.
 *
 * @param {string} purpose part of the name of their folder
 * @param {import('../../scripts/run/teardown.mjs').Teardown} teardown
 */
export async function prepare(purpose, teardown) {
  await step('Build', ensureBuilt, String);
  const surroundings = await step('Fresh Postgres, Redis and stand-in', () =>
    startSurroundings(purpose, teardown),
  );
  return { surroundings, conditions: await readConditions(surroundings.settings.DATABASE_URL) };
}
