import { readdirSync, readFileSync } from 'node:fs';

/** `USER_HZ`, which is 100 on every Linux whatever its kernel ticks at. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds used so far by a process, the children it has waited for, and those it has now. Postgres is one
 * process per connection, so only its whole tree says what a statement costs.
 *
 * @param {number} pid
 */
export function cpuSeconds(pid) {
  const own = timesOf(pid);
  if (own === null) return 0;
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(timesOf)
    .filter((times) => times?.parent === pid);
  const ticks = living.reduce((sum, { used }) => sum + used, own.used + own.waitedFor);
  return ticks / TICKS_PER_SECOND;
}

/** proc(5): after the command come fields 3 (state), 4 (parent) … 14 (utime), 15 (stime), 16 and 17 (of children). */
function timesOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), used: user + system, waitedFor: childUser + childSystem };
  } catch {
    return null;
  }
}

/**
 * @param {Record<string, number>} pids of the processes to watch, by what they are called
 * @returns {() => Record<string, number>} CPU seconds that each of them, and this one as `own`, has used since
 */
export function startCpuClock(pids) {
  const read = () => ({ ...mapped(pids, cpuSeconds), own: ownSeconds() });
  const before = read();
  return () => mapped(read(), (seconds, name) => seconds - before[name]);
}

/** Without its children, which for a benchmark are the processes it measures. */
function ownSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}
