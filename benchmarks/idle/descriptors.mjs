import { readFileSync } from 'node:fs';
import { Failure } from '../../scripts/run/failure.mjs';

/** What a process needs besides its sockets: more than the service keeps back for itself. */
const OTHERS = 250;

/**
 * Both ends of every connection are on this machine, each in a process of its own.
 *
 * @param {number} sockets
 * @throws Failure where a process may not have so many files open
 */
export function checkDescriptors(sockets) {
  const needed = sockets + OTHERS;
  const limit = openFilesAllowed();
  if (limit < needed)
    throw new Failure(
      `${sockets} sockets need ${needed} open files, and a process may have ${limit} here. ` +
        `Raise it (\`ulimit -n ${needed}\`), or try fewer (\`--sockets ${Math.max(1, limit - OTHERS)}\`).`,
    );
}

/** Node raises its soft limit to the hard one when it starts, so this is what the service will have, too. */
function openFilesAllowed() {
  try {
    const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity; // not Linux: it will show
  }
}
