import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../run/failure.mjs';
import { startTied } from './tied-program.mjs';

const POLL_MS = 25;

/**
 * Resolves when `ready` says so; fails as soon as the program has ended, or when it takes too long.
 *
 * @param {import('./tied-program.mjs').Program} program
 * @param {() => boolean | Promise<boolean>} ready
 * @param {number} withinMs
 */
export async function untilReady(program, ready, withinMs) {
  const deadline = Date.now() + withinMs;
  while (!(await ready())) {
    if (!program.running()) throw new Failure(`${program.name} did not start.`, lastLines(program.log));
    if (Date.now() > deadline) {
      await program.stop();
      throw new Failure(`${program.name} was not ready within ${withinMs / 1000} s.`, lastLines(program.log));
    }
    await delay(POLL_MS);
  }
}

/**
 * Runs a program to its end. Where it fails, so does this, with what it said last if that went to a log.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof startTied>[2]} options
 */
export async function runToEnd(command, args, options) {
  const program = startTied(command, args, options);
  const { code, signal } = await program.ended;
  if (code === 0) return;
  throw new Failure(
    `${program.name} failed (${signal ?? `exit code ${code}`}).`,
    program.log === null ? '' : lastLines(program.log),
  );
}

/** @param {string} log */
export function lastLines(log, count = 25) {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Hands each line a program adds to its log to `onLine`, until the returned function is called. Programs write to
 * files and not to us, so that what they say while we die is not lost and does not block them.
 */
export function followLog(log, onLine) {
  const file = openSync(log, 'r');
  const chunk = Buffer.alloc(64 * 1024);
  let rest = Buffer.alloc(0);

  function readOn() {
    for (let length; (length = readSync(file, chunk, 0, chunk.length, null)) > 0;) {
      const lines = Buffer.concat([rest, chunk.subarray(0, length)]);
      const end = lines.lastIndexOf('\n') + 1;
      rest = Buffer.from(lines.subarray(end));
      for (const line of lines.subarray(0, end).toString('utf8').split('\n')) if (line) onLine(line);
    }
  }

  const timer = setInterval(readOn, 200);
  return () => {
    clearInterval(timer);
    readOn();
    closeSync(file);
  };
}
