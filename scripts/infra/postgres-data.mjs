import {
  chownSync,
  existsSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../run/failure.mjs';
import { processFacts } from '../run/process-facts.mjs';
import { runToEnd } from '../run/program-output.mjs';
import { serverAccount } from './server-account.mjs';
import { makeServerOwned } from './server-folder.mjs';

/**
 * Makes the data folder unless it is there. It gets its name when it is complete, so that one whose making was cut
 * short is never taken for a database.
 */
export async function initialise({ bin, folder, user, password, durable, log }) {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  const passwordFile = `${folder}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  makeServerOwned(unfinished);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (serverAccount !== null) chownSync(passwordFile, serverAccount.uid, serverAccount.gid);
  try {
    await runToEnd(
      join(bin, 'initdb'),
      [
        ...['--pgdata', unfinished, '--username', user, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
        // The same order of text on every system, whatever locales it has.
        ...[
          '--encoding',
          'UTF8',
          '--locale',
          'C',
          '--locale-provider',
          'builtin',
          '--builtin-locale',
          'C.UTF-8',
        ],
        ...['--no-instructions', ...(durable ? [] : ['--no-sync'])],
      ],
      { account: serverAccount, cwd: '/', log },
    );
  } finally {
    rmSync(passwordFile);
  }
  renameSync(unfinished, folder);
}

/**
 * Clears away the lock of a server that is gone. Postgres does this too, but takes any living process for its
 * predecessor that has got the same id since, which in a small container is the rule. A predecessor that was killed
 * together with its parent may need a moment to end.
 */
export async function releaseStaleLock(folder) {
  const lock = join(folder, 'postmaster.pid');
  for (let attempt = 0; existsSync(lock); attempt++) {
    const pid = Number(readFileSync(lock, 'utf8').split('\n', 1)[0]);
    if (!isServerOf(folder, pid)) return rmSync(lock, { force: true });
    if (attempt === 40)
      throw new Failure(`Postgres, process ${pid}, still uses ${folder}. Stop it and try again.`);
    await delay(250);
  }
}

function isServerOf(folder, pid) {
  if (processFacts(pid)?.command !== 'postgres') return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder); // Postgres works in its data folder
  } catch {
    return true; // no way to look: its name has to do
  }
}
