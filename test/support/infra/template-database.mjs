import { withClient } from '../../../scripts/infra/databases.mjs';
import { migrate } from '../../../scripts/service/schema.mjs';

/** Copied for each test file by test-database.ts: copying is much faster than migrating. */
const TEMPLATE = 'chat_template';

/**
 * @param {string} serverUrl of the database to connect to
 * @param {string} log
 */
export async function makeTemplate(serverUrl, log) {
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrateTemplate(url.href, log);
  // A database that somebody is connected to can not be copied.
  await withClient(serverUrl, (client) => client.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`));
}

/** The one place where tests get their schema from: the migrations that operators run. */
function migrateTemplate(url, log) {
  return migrate(url, log);
}
