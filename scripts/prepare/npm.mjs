import { basename } from 'node:path';
import { runToEnd } from '../run/program-output.mjs';
import { logFile, projectFolder } from '../run/project.mjs';

/**
 * Runs the npm that runs this script, or else the one on PATH.
 *
 * @param {string[]} args
 * @param {{ log?: string | null }} [output] null shows it in the terminal
 */
export function runNpm(args, { log = logFile('npm') } = {}) {
  const running = process.env.npm_execpath;
  const npm = basename(running ?? '') === 'npm-cli.js' ? [process.execPath, running] : ['npm'];
  const [command, ...first] = npm;
  return runToEnd(command, [...first, ...args], {
    name: `npm ${args.join(' ')}`,
    cwd: projectFolder,
    log,
  });
}
