import { readFileSync } from 'node:fs';
import { inProject } from '../run/project.mjs';
import { onceAtATime } from '../run/run-lock.mjs';
import { runNpm } from './npm.mjs';

/**
 * Installs what package-lock.json names, unless just that is installed.
 *
 * @returns {Promise<string>} what there was to do
 */
export function ensureDependencies() {
  return onceAtATime('dependencies', async () => {
    if (inStepWithLock()) return 'up to date';
    await runNpm(['ci', '--include=dev']);
    return 'installed';
  });
}

/** npm writes down in node_modules what it installed, as its last act. */
function inStepWithLock() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (installed === null) return false;
  const places = new Set([...Object.keys(wanted), ...Object.keys(installed)]);
  places.delete(''); // the project itself
  return [...places].every((place) => sameOrLeftOut(wanted[place], installed[place]));
}

/** npm leaves out what is optional and not for this system. */
function sameOrLeftOut(wanted, installed) {
  if (installed === undefined) return wanted.optional === true;
  return wanted?.version === installed.version && wanted.integrity === installed.integrity;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(inProject(file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
