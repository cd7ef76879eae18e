import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../run/project.mjs';
import { onceAtATime } from '../run/run-lock.mjs';
import { runNpm } from './npm.mjs';

/** What `npm run build` reads. */
const SOURCES = ['src', 'migrations', 'examples', '.swcrc', 'package.json', 'package-lock.json'];
/** In `dist`, so that whatever empties that folder takes it along. */
const STAMP = 'dist/.built-from';

/**
 * Builds `dist`, unless it was built from just these sources.
 *
 * @returns {Promise<string>} what there was to do
 */
export function ensureBuilt() {
  return onceAtATime('build', async () => {
    const sources = fingerprint();
    const stamp = inProject(STAMP);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return 'up to date';
    await runNpm(['run', 'build']);
    writeFileSync(stamp, sources);
    return 'built';
  });
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesUnder))
    hash.update(`${file}\0`).update(readFileSync(inProject(file)));
  return hash.digest('hex');
}

function filesUnder(path) {
  const found = statSync(inProject(path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  const names = readdirSync(inProject(path)).sort();
  return names.flatMap((name) => filesUnder(join(path, name)));
}
