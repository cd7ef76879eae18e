import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from '../run/failure.mjs';
import { DEBIAN_REDIS, fetchDebianRedis, isDebianLike } from './debian-redis.mjs';
import { withinReach } from './within-reach.mjs';

/**
 * A Redis server to run: the one named by REDIS_SERVER_BIN, one that is installed, or one that we fetch for
 * ourselves where the system's packages can be had without installing them.
 *
 * @param {string} home of the server, for a copy where it can not get at the one in this project
 * @returns {Promise<{ command: string, env: NodeJS.ProcessEnv }>}
 */
export async function redisBinary(home) {
  const command = namedOrInstalled();
  if (command) return { command, env: process.env };

  const { executable, env } = DEBIAN_REDIS;
  const fetched = await fetchRedis();
  const folder = withinReach({ folder: fetched, executable, copy: join(home, 'redis-server'), env });
  return { command: join(folder, executable), env: env(folder) };
}

/**
 * Makes sure that there is one, which the first time may take a while.
 *
 * @returns {Promise<string>} where it is
 */
export async function ensureRedis() {
  return namedOrInstalled() ?? join(await fetchRedis(), DEBIAN_REDIS.executable);
}

function fetchRedis() {
  if (isDebianLike()) return fetchDebianRedis();
  throw new Failure(
    'No Redis here: install redis-server or valkey-server, or set REDIS_SERVER_BIN to its path.',
  );
}

function namedOrInstalled() {
  const named = process.env.REDIS_SERVER_BIN;
  if (!named) return onPath('redis-server') ?? onPath('valkey-server');
  if (isExecutable(named)) return named;
  throw new Failure(`REDIS_SERVER_BIN is ${named}, which is not a program that can be run.`);
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
