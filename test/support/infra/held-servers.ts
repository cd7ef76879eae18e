import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { tiedCommand } from './tied-command';

const SCRIPT = join(__dirname, 'hold-servers.mjs');

interface Server {
  readonly pid: number;
  readonly url: string;
}

/** A Postgres and a Redis that belong to another process, to see what becomes of them with it. */
export interface HeldServers {
  readonly folder: string;
  readonly postgres: Server;
  readonly redis: Server;
  /** Kills the process they belong to, without any chance for it to tidy up. */
  killHolder(): void;
}

const holders: ChildProcess[] = [];

export async function holdServers(durability: 'durable' | 'fast'): Promise<HeldServers> {
  const command = tiedCommand(process.execPath, [SCRIPT, durability]);
  const holder = spawn(...command, { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  const servers = JSON.parse(await firstLine(holder)) as Omit<HeldServers, 'killHolder'>;
  return { ...servers, killHolder: () => void holder.kill('SIGKILL') };
}

/** Whatever is held, also by those that were not ready yet when their test ended. */
export function releaseServers(): void {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
}

async function firstLine(holder: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const line = once(createInterface(holder.stdout), 'line').then(([text]) => text as string);
  const ended = once(holder, 'exit').then(([code]) =>
    Promise.reject(new Error(`exited with ${String(code)}`)),
  );
  return Promise.race([line, ended]);
}
