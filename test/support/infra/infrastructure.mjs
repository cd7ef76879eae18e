import { join } from 'node:path';
import { throwawayFolder } from '../../../scripts/infra/throwaway-folder.mjs';
import { ensureBuilt } from '../../../scripts/prepare/build.mjs';
import { Failure } from '../../../scripts/run/failure.mjs';
import { makeTemplate } from './template-database.mjs';

/** Where Postgres and Redis come from, by TEST_INFRA. Loaded on demand: the default has no use for the other. */
const SOURCES = {
  own: () => import('./own-servers.mjs'),
  containers: () => import('./container-servers.mjs'),
};

let servers;
let folder;

/**
 * Starts one Postgres and one Redis for a whole run of tests, and tells the workers by TEST_DATABASE_URL (its
 * superuser's, of a database to connect to) and TEST_REDIS_URL. Builds first: migrations, and tests that start
 * nodes as processes, run what is in `dist`.
 */
export async function startInfrastructure() {
  try {
    await ensureBuilt();
    folder = throwawayFolder('test');
    servers = await startServers(process.env.TEST_INFRA ?? 'own');
    process.env.TEST_DATABASE_URL = servers.databaseUrl;
    process.env.TEST_REDIS_URL = servers.redisUrl;
    await makeTemplate(servers.databaseUrl, join(folder.path, 'migrate.log'));
  } catch (error) {
    if (error.output) console.error(error.output); // Jest shows the message alone
    throw error;
  }
}

async function startServers(chosen) {
  if (!Object.hasOwn(SOURCES, chosen))
    throw new Failure(`TEST_INFRA is "${chosen}"; it can be ${Object.keys(SOURCES).join(' or ')}.`);
  const source = await SOURCES[chosen]();
  return source.startServers(folder.path);
}

export async function stopInfrastructure() {
  await servers?.stop();
  folder?.remove();
}
