import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { eventually } from './eventually';

const REPOSITORY = join(__dirname, '../..');
const STARTS_WITHIN_MS = 20_000;

export interface NodeProcessOptions {
  /** How many files and connections it may have open at once. */
  readonly openFiles?: number;
}

/** A node as operators run it: a process of its own, from the build, told everything by its environment. */
export class NodeProcess {
  output = '';
  errorOutput = '';
  /** Its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(env: Readonly<Record<string, string>>, { openFiles }: NodeProcessOptions = {}) {
    const command = [process.execPath, 'dist/src/main.js'];
    const limited = openFiles === undefined ? 'exec "$@"' : `ulimit -n ${openFiles} && exec "$@"`;
    this.child = spawn('/bin/sh', ['-c', limited, 'sh', ...command], {
      cwd: REPOSITORY,
      env: { PORT: '0', HOST: '127.0.0.1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr.on('data', (chunk: Buffer) => (this.errorOutput += chunk.toString()));
    this.exited = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** Its URL, as soon as it takes connections. LOG_LEVEL must be `info`: its log says so. */
  listening(): Promise<string> {
    return eventually(() => {
      const address = /"listening".*?"address":"([^"]+)"/.exec(this.output)?.[1];
      if (address === undefined) throw new Error(`not listening: ${this.output}${this.errorOutput}`);
      return address;
    }, STARTS_WITHIN_MS);
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('The process could not be started.');
    return pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
