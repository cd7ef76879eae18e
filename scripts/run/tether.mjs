/**
 * Runs a program and ends it when the process that started this one is gone, however it went: the pipe from it, our
 * standard input, closes then. For systems whose kernel can not do the same (see tied-program.mjs).
 *
 *   node tether.mjs '{"command": "…", "args": […], "stopSignal": "SIGTERM", "graceMs": 10000, "account": null}'
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const { command, args, stopSignal, graceMs, account } = JSON.parse(process.argv[2]);
const program = spawn(command, args, { ...account, stdio: ['ignore', 'inherit', 'inherit'] });

let stopping = false;
function stop(signal) {
  program.kill(signal);
  if (stopping) return;
  stopping = true;
  setTimeout(() => program.kill('SIGKILL'), graceMs);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => stop(signal));
process.stdin.on('end', () => stop(stopSignal)).resume();
program.once('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
program.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
