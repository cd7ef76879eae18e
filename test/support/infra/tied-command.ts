import { spawnSync } from 'node:child_process';

let kernelTies: boolean | undefined;

/**
 * What to spawn for a program that must not outlive this process, even where this is killed: `spawn(...tiedCommand(
 * command, args), options)`. Its id is the program's own. Linux does it; elsewhere the program is on its own.
 */
export function tiedCommand(command: string, args: readonly string[]): [string, string[]] {
  kernelTies ??=
    spawnSync('setpriv', ['--help'], { encoding: 'utf8' }).stdout?.includes('--pdeathsig') ?? false;
  return kernelTies ? ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]] : [command, [...args]];
}
