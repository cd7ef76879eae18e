import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { withClient } from '../../scripts/infra/databases.mjs';
import { yardstick } from '../measure/yardstick.mjs';
import { Failure } from '../../scripts/run/failure.mjs';

const MUST_BE_ON = ['fsync', 'synchronous_commit', 'full_page_writes'];
const TOLD = [
  ...MUST_BE_ON,
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
  'autovacuum',
  'server_version',
];

/**
 * Under what conditions a benchmark runs: what a reader has to know before believing a figure.
 *
 * @param {string} databaseUrl
 * @throws Failure where Postgres may lose what it has answered: nothing measured there would mean anything
 */
export async function readConditions(databaseUrl) {
  const settings = {};
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT name, setting || coalesce(' ' || unit, '') AS value FROM pg_settings WHERE name = ANY ($1)`,
      [TOLD],
    );
    for (const { name, value } of rows) settings[name] = value;
  });
  const off = MUST_BE_ON.filter((name) => settings[name] !== 'on');
  if (off.length > 0)
    throw new Failure(`Postgres has ${off.join(', ')} off. A benchmark without durability is refused.`);

  const { server_version: postgres, ...postgresSettings } = settings;
  return {
    at: new Date().toISOString(),
    cpu: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
    speedOfACore: yardstick(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres,
    postgresSettings,
    loadAverageBefore: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}
