import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { tiedCommand } from './tied-command';

const SCRIPT = join(__dirname, 'hold-servers.mjs');

interface Server {
  readonly pid: number;
  readonly url: string;
}

interface Facts {
  readonly folder: string;
  readonly postgres: Server;
  readonly redis: Server;
}

/** A Postgres and a Redis that belong to another process, to see what becomes of them with it. */
export interface HeldServers extends Facts {
  /** Kills the process they belong to, without any chance for it to tidy up. */
  killHolder(): void;
  /** Once Postgres is gone: another on the same data, at another port. */
  postgresAgain(): Promise<Server>;
  /** Another, at another port, empty; the one before may still be there. */
  redisAgain(): Promise<Server>;
}

const holders: ChildProcess[] = [];

/** @param temporary where their folder is made. Default: where all such folders are. */
export async function holdServers(durability: 'durable' | 'fast', temporary?: string): Promise<HeldServers> {
  const command = tiedCommand(process.execPath, [SCRIPT, durability]);
  const holder = spawn(...command, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(temporary && { TMPDIR: temporary }) },
  });
  holders.push(holder);
  const lines = createInterface(holder.stdout);
  const facts = await told(holder, lines);
  return {
    ...facts,
    killHolder: () => void holder.kill('SIGKILL'),
    postgresAgain: async () => {
      holder.stdin.write('postgres\n');
      return (await told(holder, lines)).postgres;
    },
    redisAgain: async () => {
      holder.stdin.write('redis\n');
      return (await told(holder, lines)).redis;
    },
  };
}

/** Whatever is held, also by those that were not ready yet when their test ended. */
export function releaseServers(): void {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
}

async function told(
  holder: ChildProcessByStdio<Writable, Readable, null>,
  lines: ReturnType<typeof createInterface>,
): Promise<Facts> {
  const line = once(lines, 'line').then(([text]) => JSON.parse(text as string) as Facts);
  const ended = once(holder, 'exit').then(([code]) =>
    Promise.reject(new Error(`exited with ${String(code)}`)),
  );
  return Promise.race([line, ended]);
}
