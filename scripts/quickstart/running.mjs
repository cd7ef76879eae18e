import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inPrivate } from '../run/project.mjs';
import { Failure } from '../run/failure.mjs';

const FILE = 'quickstart.json';

/**
 * Leaves word of where the quickstart of this working copy listens, for other scripts.
 *
 * @param {{ url: string }} where
 * @returns {() => void} takes it back
 */
export function announce(where) {
  writeFileSync(inPrivate(FILE), JSON.stringify(where));
  return () => rmSync(inPrivate(FILE), { force: true });
}

/** @returns {{ url: string }} */
export function runningQuickstart() {
  try {
    return JSON.parse(readFileSync(inPrivate(FILE), 'utf8'));
  } catch {
    throw new Failure('No quickstart is running here. Start one with `npm run quickstart`.');
  }
}
