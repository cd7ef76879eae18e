import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Person } from '../chat-client';
import { eventually } from '../eventually';

const PROGRAM = join(__dirname, 'bystander-program.mjs');
const STARTS_WITHIN_MS = 20_000;

/** Milliseconds from sending to the acknowledgement, and what was not acknowledged. */
export interface Undisturbed {
  readonly count: number;
  readonly p99: number;
  readonly max: number;
  readonly refused: readonly string[];
}

/** Somebody who talks with somebody else all the while, in a process of their own: see bystander-program.mjs. */
export class Bystander {
  private output = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly process: ChildProcessByStdio<Writable, Readable, null>) {
    process.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = once(process, 'close');
  }

  static async among(url: string, person: Person, other: Person): Promise<Bystander> {
    const chat = await person.chatWith(other);
    const args = [PROGRAM, url, person.token, chat.id];
    const bystander = new Bystander(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    await eventually(() => expect(bystander.output).toContain('ready'), STARTS_WITHIN_MS);
    return bystander;
  }

  /** May be asked again. */
  async stops(): Promise<Undisturbed> {
    this.process.stdin.end();
    await this.ended;
    const { took, refused } = JSON.parse(this.output.slice(this.output.indexOf('{'))) as {
      took: number[];
      refused: string[];
    };
    const sorted = took.toSorted((a, b) => a - b);
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
    return { count: sorted.length, p99, max: sorted.at(-1) ?? NaN, refused };
  }
}
