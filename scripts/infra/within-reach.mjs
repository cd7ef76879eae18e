import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../run/failure.mjs';
import { serverAccount } from './server-account.mjs';

/**
 * The folder a program is in, or a copy of that folder where the account the servers run as can not get at it.
 *
 * @param {object} program
 * @param {string} program.folder
 * @param {string} program.executable within the folder
 * @param {string} program.copy where the copy is kept
 * @param {(folder: string) => NodeJS.ProcessEnv} [program.env]
 * @returns {string}
 */
export function withinReach({ folder, executable, copy, env }) {
  const tryIn = (place) =>
    spawnSync(join(place, executable), ['--version'], { ...serverAccount, cwd: '/', env: env?.(place) });

  const attempt = tryIn(folder);
  if (attempt.status === 0) return folder;
  if (serverAccount === null) throw doesNotRun(attempt);

  if (!existsSync(copy)) copyForAll(folder, copy);
  const secondAttempt = tryIn(copy);
  if (secondAttempt.status === 0) return copy;
  throw doesNotRun(secondAttempt);

  function doesNotRun({ error, stderr }) {
    return new Failure(`${executable} does not run here.`, String(error?.message ?? stderr));
  }
}

/** Gets its name when it is complete, so that one cut short is never used. */
function copyForAll(folder, copy) {
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'a+rX', unfinished]);
  renameSync(unfinished, copy);
}
