import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** A file of the project. */
export function inProject(...path) {
  return join(projectFolder, ...path);
}

/**
 * A file under `.private`, where everything lives that belongs to this working copy alone and that git ignores.
 * The folder can be passed through but not listed: what is secret in it is closed for itself, and the account the
 * servers run as has to reach its own folders.
 */
export function inPrivate(...path) {
  const folder = inProject('.private');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  return join(folder, ...path);
}

/** The log of one program, in a folder only we can read. */
export function logFile(name) {
  mkdirSync(inPrivate('logs'), { recursive: true, mode: 0o700 });
  return inPrivate('logs', `${name}.log`);
}
