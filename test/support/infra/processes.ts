import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const WITHIN_MS = 20_000;
const EVERY_MS = 50;

/** Resolves when the process is no more, and its remains are taken away. */
export function processGone(pid: number): Promise<void> {
  return until(`process ${pid} is gone`, () => !exists(pid));
}

export function fileGone(path: string): Promise<void> {
  return until(`${path} is gone`, () => !existsSync(path));
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + WITHIN_MS; !condition(); await delay(EVERY_MS))
    if (Date.now() > deadline) throw new Error(`Waited ${WITHIN_MS} ms in vain until ${what}.`);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
