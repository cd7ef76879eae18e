import { readFileSync } from 'node:fs';

/**
 * Memory of a process that is in RAM, in KiB.
 *
 * @param {number} pid
 */
export function residentKib(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
