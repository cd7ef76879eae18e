import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../run/failure.mjs';
import { runToEnd } from '../run/program-output.mjs';
import { inPrivate, logFile } from '../run/project.mjs';
import { onceAtATime } from '../run/run-lock.mjs';

const DOWNLOAD = ['install', '--download-only', '--yes', '--no-install-recommends', 'redis-server'];
const SYSTEM_LISTS = '/var/lib/apt/lists';

export function isDebianLike() {
  return ['apt-get', 'dpkg', 'dpkg-deb'].every((tool) => spawnSync(tool, ['--version']).status === 0);
}

/**
 * The distribution's own Redis, with the libraries this machine lacks, unpacked into a folder of ours. Nothing is
 * installed: it takes no root, no daemon is started by the package, and nothing is left on the machine.
 *
 * @returns {Promise<string>} the folder
 */
export async function fetchDebianRedis() {
  const folder = inPrivate('redis-server');
  await onceAtATime('redis-server', async () => {
    if (!existsSync(folder)) await fetchInto(folder);
  });
  return folder;
}

/** Where the fetched one has its program, and the environment in which that finds its libraries. */
export const DEBIAN_REDIS = {
  executable: 'usr/bin/redis-server',
  env: (folder) => ({ ...process.env, LD_LIBRARY_PATH: libraryFolders(folder).join(':') }),
};

async function fetchInto(folder) {
  const unfinished = `${folder}.unfinished`;
  const apt = `${folder}.apt`;
  const log = logFile('redis-fetch');
  for (const leftover of [unfinished, apt]) rmSync(leftover, { recursive: true, force: true });
  try {
    for (const archive of await download(apt, log))
      await runToEnd('dpkg-deb', ['--extract', archive, unfinished], { log });
    await runToEnd('chmod', ['-R', 'a+rX', unfinished], { log });
  } catch (error) {
    throw new Failure(
      'Redis could not be fetched: install redis-server, or set REDIS_SERVER_BIN.',
      error.output,
    );
  } finally {
    rmSync(apt, { recursive: true, force: true });
  }
  renameSync(unfinished, folder);
}

/** By the package lists the system has; where they are missing or outdated, by fresh ones that only we use. */
async function download(apt, log) {
  const archives = join(apt, 'archives');
  const ownLists = join(apt, 'lists');
  for (const folder of [ownLists, archives]) mkdirSync(join(folder, 'partial'), { recursive: true });
  try {
    await aptGet(DOWNLOAD, { apt, lists: SYSTEM_LISTS, log });
  } catch {
    // Fails when any one source does, perhaps none that we need: the download after it decides.
    await aptGet(['update'], { apt, lists: ownLists, log }).catch(() => {});
    await aptGet(DOWNLOAD, { apt, lists: ownLists, log });
  }
  const names = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  return names.map((name) => join(archives, name));
}

function aptGet(command, { apt, lists, log }) {
  const settings = {
    'Dir::State': apt,
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::State::Lists': lists,
    'Dir::Cache': apt,
    'Dir::Cache::Archives': 'archives',
    'Dir::Log': apt,
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return runToEnd('apt-get', ['-qq', ...options, ...command], { log });
}

function libraryFolders(folder) {
  const roots = ['lib', 'usr/lib'].map((place) => join(folder, place)).filter(existsSync);
  return roots.flatMap((root) => {
    const perArchitecture = readdirSync(root).filter((name) => name.includes('-linux-'));
    return [root, ...perArchitecture.map((name) => join(root, name))];
  });
}
