import { spawnSync } from 'node:child_process';

/**
 * The account Postgres and Redis run as: null for our own. Never root: Postgres refuses it, and Redis has no need
 * of it. `nobody` is there on every system, so no account has to be made.
 *
 * @type {{ uid: number, gid: number } | null}
 */
export const serverAccount = process.getuid() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : null;

function idOf(flag) {
  return Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
}

/** Tried out rather than worked out from modes and owners: only this answers for access lists and mounts too. */
export function serversCanReach(folder) {
  const attempt = ['-c', 'cd "$1"', 'sh', folder];
  return spawnSync('sh', attempt, { ...serverAccount, cwd: '/', stdio: 'ignore' }).status === 0;
}
