import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onFreePort } from './ports.mjs';
import { postgresBinaries } from './postgres-binaries.mjs';
import { initialise, releaseStaleLock } from './postgres-data.mjs';
import { untilReady } from '../run/program-output.mjs';
import { serverAccount } from './server-account.mjs';
import { startTied } from '../run/tied-program.mjs';

const USER = 'chat';
/** After a crash it reads its log first. */
const READY_WITHIN_MS = 60_000;

/**
 * A Postgres of our own: on loopback, on a free port, ending with this process.
 *
 * @param {object} options
 * @param {string} options.home a folder its account can reach; data kept there is taken up again
 * @param {string} options.password of its superuser; what it was when the data was made
 * @param {boolean} options.durable whether an answered COMMIT survives a crash of the machine; false is faster
 * @param {string} options.log
 * @returns {Promise<{ pid: number, port: number, stop: () => Promise<void>, url: (database: string) => string }>}
 */
export async function startPostgres({ home, password, durable, log }) {
  const bin = await postgresBinaries(home);
  const folder = join(home, 'postgres');
  await initialise({ bin, folder, user: USER, password, durable, log });
  await releaseStaleLock(folder);

  return onFreePort(async (port) => {
    const program = startTied(join(bin, 'postgres'), ['-D', folder, ...settings({ port, durable })], {
      account: serverAccount,
      cwd: '/',
      log,
      stopSignal: 'SIGINT', // "fast shutdown": does not wait for clients to leave
      graceMs: 20_000,
    });
    const ready = () => readFileSync(log, 'utf8').includes('ready to accept connections');
    await untilReady(program, ready, READY_WITHIN_MS);
    const url = (database) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
    return { pid: program.pid, port, stop: program.stop, url };
  });
}

function settings({ port, durable }) {
  const durability = durable ? 'on' : 'off';
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // the path of a socket has a limit that a project folder easily exceeds
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: durability,
    synchronous_commit: durability,
    full_page_writes: durability,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
