import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type HeldServers, holdServers } from '../infra/held-servers';
import { processGone } from '../infra/processes';
import { queryAt, type TestDatabase } from '../infra/test-database';
import type { WorldServers } from '../world';
import { FaultProxy } from './fault-proxy';

/** A durable Postgres and a Redis of one test file, to be killed, frozen and filled up. */
export class PrivateServers implements WorldServers {
  /** Empty: nodes are to migrate. By way of `link`; `query` goes to Postgres directly. Dropped, all of it ends. */
  readonly database: TestDatabase;
  private frozen: number[] = [];
  /** The last is the one that counts. */
  private readonly redises: HeldServers['redis'][];

  private constructor(
    private readonly held: HeldServers,
    /** The way of all nodes to Postgres. */
    readonly link: FaultProxy,
    private postgres: HeldServers['postgres'],
  ) {
    this.redises = [held.redis];
    this.database = {
      url: link.url,
      query: (text, values) => queryAt(this.postgres.url, text, values),
      drop: () => this.stop(),
    };
  }

  /** @param temporary where their data is kept. Default: where all such data is. */
  static async start(temporary?: string): Promise<PrivateServers> {
    const held = await holdServers('durable', temporary);
    return new PrivateServers(held, await FaultProxy.to(held.postgres.url), held.postgres);
  }

  get redisUrl(): string {
    return this.redis.url;
  }

  /** As when its machine lost power: nothing of what it had is left. */
  async killRedis({ pid } = this.redis): Promise<void> {
    kill(pid, 'SIGKILL');
    await processGone(pid);
  }

  /** One more, empty: at another port, with the same password. @returns that which counted until now. */
  async redisAgain(): Promise<HeldServers['redis']> {
    const before = this.redis;
    this.redises.push(await this.held.redisAgain());
    return before;
  }

  /** Of Postgres itself, past every link. */
  get postgresUrl(): string {
    return this.postgres.url;
  }

  /** As when its machine lost power, but for what the system still writes for it. */
  async killPostgres(): Promise<void> {
    const all = this.postgresProcesses();
    for (const pid of all) kill(pid, 'SIGKILL');
    await Promise.all(all.map(processGone));
  }

  /** `SIGINT` is a fast shutdown, `SIGQUIT` an immediate one. */
  async endPostgres(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const all = this.postgresProcesses();
    kill(this.postgres.pid, signal);
    await Promise.all(all.map(processGone));
  }

  /** On the same data, once it is gone. */
  async postgresAgain(): Promise<void> {
    this.postgres = await this.held.postgresAgain();
    this.link.retarget(new URL(this.postgres.url));
  }

  get postgresRuns(): boolean {
    return this.postgresProcesses().length > 0;
  }

  freezePostgres(): void {
    this.frozen = this.postgresProcesses();
    for (const pid of this.frozen) kill(pid, 'SIGSTOP');
  }

  thawPostgres(): void {
    for (const pid of this.frozen.splice(0)) kill(pid, 'SIGCONT');
  }

  /** What Postgres writes beyond that fails, as where the disk is full. Infinity takes it back. */
  limitFiles(bytes: number): void {
    const limit = Number.isFinite(bytes) ? String(bytes) : 'unlimited';
    for (const pid of this.postgresProcesses()) spawnSync('prlimit', [`--pid=${pid}`, `--fsize=${limit}:`]);
  }

  private async stop(): Promise<void> {
    this.thawPostgres();
    this.link.close();
    this.held.killHolder();
    await Promise.all([this.postgres, ...this.redises].map(({ pid }) => processGone(pid)));
  }

  private get redis(): HeldServers['redis'] {
    return this.redises.at(-1) ?? this.held.redis;
  }

  /** The postmaster and those that it made: each of them is in a group of its own. */
  private postgresProcesses(): number[] {
    const { pid: postmaster } = this.postgres;
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    return pids.filter((pid) => pid === postmaster || parentOf(pid) === postmaster);
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^State:\s+Z/m.test(status) ? undefined : Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
