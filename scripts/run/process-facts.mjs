import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} ProcessFacts
 * @property {number} parent
 * @property {string} command name of the program, without its path
 * @property {string} startedAt tells two processes apart that had the same id one after the other
 */

/**
 * @param {number} pid
 * @returns {ProcessFacts | null} null where there is no such process, or only its remains
 */
export function processFacts(pid) {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** `/proc`, because small Linux installations have no `ps`. */
function fromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    // proc(5): what follows the command are fields 3 (state), 4 (parent) … 22 (start time in clock ticks).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return isRemains(fields[0]) ? null : { parent: Number(fields[1]), command, startedAt: fields[19] };
  } catch {
    return null;
  }
}

function fromPs(pid) {
  const { status, stdout } = spawnSync('ps', ['-o', 'state=,ppid=,lstart=,comm=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const found = /^(\S+)\s+(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.+)$/.exec((stdout ?? '').trim());
  if (status !== 0 || found === null || isRemains(found[1])) return null;
  return { parent: Number(found[2]), startedAt: found[3], command: found[4].split('/').pop() };
}

function isRemains(state) {
  return state.startsWith('Z') || state.startsWith('X');
}
