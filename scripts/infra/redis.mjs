import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onFreePort } from './ports.mjs';
import { untilReady } from '../run/program-output.mjs';
import { redisBinary } from './redis-binary.mjs';
import { newSecret } from './secrets.mjs';
import { serverAccount } from './server-account.mjs';
import { makeServerOwned } from './server-folder.mjs';
import { startTied } from '../run/tied-program.mjs';

const READY_WITHIN_MS = 20_000;

/**
 * A Redis of our own: on loopback, on a free port, with a password of its own, ending with this process. It keeps
 * nothing: all the service has in Redis can be rebuilt.
 *
 * @param {object} options
 * @param {string} options.home a folder its account can reach
 * @param {string} options.log
 * @param {string} [options.password] that of one whose place this takes
 */
export async function startRedis({ home, log, password = newSecret() }) {
  const { command, env } = await redisBinary(home);
  const folder = makeServerOwned(join(home, 'redis'));
  return onFreePort(async (port) => {
    const program = startTied(command, [writeConfiguration({ folder, port, password })], {
      account: serverAccount,
      cwd: '/',
      env,
      log,
    });
    const ready = () => readFileSync(log, 'utf8').includes('Ready to accept connections');
    await untilReady(program, ready, READY_WITHIN_MS);
    return { pid: program.pid, port, stop: program.stop, url: `redis://:${password}@127.0.0.1:${port}` };
  });
}

/** In a file, because anybody on the machine can read a command line. */
function writeConfiguration({ folder, port, password }) {
  const file = join(folder, 'redis.conf');
  const lines = [`port ${port}`, 'bind 127.0.0.1', `requirepass ${password}`, `dir "${folder}"`, 'save ""'];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (serverAccount !== null) chownSync(file, serverAccount.uid, serverAccount.gid);
  return file;
}
