import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { processFacts } from './process-facts.mjs';
import { inPrivate } from './project.mjs';

/**
 * Runs `work` while no other process of this working copy runs work of the same name: two `npm test` at once must
 * not install over each other.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 */
export async function onceAtATime(name, work) {
  let release;
  while ((release = tryLock(name)) === null) await delay(100);
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Takes the lock and returns what gives it back, or null where a living process has it. The lock of a process that
 * is gone counts for nothing.
 */
export function tryLock(name) {
  mkdirSync(inPrivate('locks'), { recursive: true });
  const lock = inPrivate('locks', name);
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startedAt: processFacts(process.pid).startedAt }));
  try {
    removeIfStale(lock);
    linkSync(mine, lock); // takes the name with its content in one step, and only if it is free
    return () => rmSync(lock, { force: true });
  } catch (error) {
    if (error.code === 'EEXIST') return null;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeIfStale(lock) {
  if (!isStale(lock)) return;
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch {
    return; // somebody else saw it too
  }
  if (!isStale(aside)) linkSync(aside, lock); // somebody took it in between: it was theirs, not the stale one
  rmSync(aside);
}

function isStale(lock) {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(lock, 'utf8'));
    return processFacts(pid)?.startedAt !== startedAt;
  } catch {
    return false;
  }
}
