import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serversCanReach } from './server-account.mjs';

/**
 * Waits until the pipe from its maker closes, which it does however the maker ends, and removes the folder. More
 * than one try, because the servers in it need a moment to end too.
 */
const GUARD = 'cat; n=0; while [ -e "$1" ] && [ $n -lt 30 ]; do sleep 1; rm -rf "$1"; n=$((n+1)); done';

/**
 * A temporary folder that is removed with `remove()`, or by itself once this process has ended.
 *
 * @param {string} purpose part of its name
 */
export function throwawayFolder(purpose) {
  const parent = serversCanReach(tmpdir()) ? tmpdir() : '/var/tmp';
  const path = mkdtempSync(join(parent, `chat-backend-${purpose}-`));
  chmodSync(path, 0o711);

  const guard = spawn('sh', ['-c', GUARD, 'sh', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  guard.stdin.unref();

  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      guard.stdin.end();
    },
  };
}
