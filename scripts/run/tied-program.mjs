import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const TETHER = fileURLToPath(new URL('./tether.mjs', import.meta.url));

/**
 * @typedef {object} Program
 * @property {number} pid
 * @property {string} name
 * @property {string | null} log
 * @property {() => boolean} running
 * @property {Promise<{ code: number | null, signal: string | null }>} ended
 * @property {() => Promise<void>} stop asks it to stop, kills it if it does not, and resolves when it is gone
 */

/**
 * Starts a program that ends when this process does, even where that is killed and can do nothing about it any more.
 * It runs in a session of its own, so that Ctrl-C in the terminal reaches us alone and we stop things in their order.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.name] as messages call it
 * @param {string} [options.log] file that takes its output, begun anew; without it the program shares our terminal
 * @param {{ uid: number, gid: number } | null} [options.account] whom to run it as, null for ourselves
 * @param {NodeJS.Signals} [options.stopSignal]
 * @param {number} [options.graceMs] how long it may take to stop
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @returns {Program}
 */
export function startTied(command, args, options = {}) {
  const {
    name = basename(command),
    log = null,
    account = null,
    stopSignal = 'SIGTERM',
    graceMs = 10_000,
    env,
    cwd,
  } = options;
  const tie = kernelTies() ? byKernel : byTether;
  const tied = tie({ command, args, account, stopSignal, graceMs });

  const inTerminal = log === null;
  const output = inTerminal ? 'inherit' : openSync(log, 'w', 0o600);
  const child = spawn(tied.command, tied.args, {
    stdio: [tied.stdin, output, output],
    detached: !inTerminal,
    env: env ?? process.env,
    cwd,
  });
  if (!inTerminal) closeSync(output);

  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
  const running = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

  return { pid: child.pid, name, log, running, ended, stop };

  async function stop() {
    if (!running()) return;
    child.kill(stopSignal);
    const killing = setTimeout(() => child.kill('SIGKILL'), graceMs + tied.graceMs);
    await ended;
    clearTimeout(killing);
  }
}

/** Linux signals the program as its parent dies. `setpriv` is part of util-linux; others have one that lacks the flag. */
function byKernel({ command, args, account, stopSignal }) {
  const dropRights =
    account === null ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  return {
    command: 'setpriv',
    args: [...dropRights, '--pdeathsig', stopSignal.replace(/^SIG/, ''), '--', command, ...args],
    stdin: 'ignore',
    graceMs: 0,
  };
}

/** The tether kills the program itself, so it gets more time than the program has. */
function byTether(program) {
  return {
    command: process.execPath,
    args: [TETHER, JSON.stringify(program)],
    stdin: 'pipe',
    graceMs: 2_000,
  };
}

let known;
function kernelTies() {
  known ??= spawnSync('setpriv', ['--help'], { encoding: 'utf8' }).stdout?.includes('--pdeathsig') ?? false;
  return known;
}
