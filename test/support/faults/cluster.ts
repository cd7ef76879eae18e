import { readdirSync, readFileSync } from 'node:fs';
import type { NodeProcess } from '../node-process';
import { NodeProcesses } from '../node-processes';
import type { World } from '../world';
import { FaultProxy } from './fault-proxy';

const LINKS = ['clients', 'postgres', 'redis', 'upstream'] as const;
export type LinkName = (typeof LINKS)[number];

/** Nodes as processes, each with all its links by way of proxies; where clients find them stays as it is. */
export class Cluster {
  /** Done before the nodes are ended, whatever became of the test. */
  readonly beforeStop: (() => void)[] = [];

  private constructor(
    readonly nodes: readonly ClusterNode[],
    private readonly processes: NodeProcesses,
  ) {}

  /** Makes its nodes those of the world: `person.at(1)` talks to the second. */
  static async start(
    world: World,
    { nodes: count = 2, env = {} }: { nodes?: number; env?: Readonly<Record<string, string>> } = {},
  ): Promise<Cluster> {
    const processes = new NodeProcesses(world);
    const nodes = await Promise.all(
      Array.from({ length: count }, async () => new ClusterNode(await linksOf(world), processes, env)),
    );
    world.nodeUrls.push(...nodes.map(({ url }) => url));
    const cluster = new Cluster(nodes, processes);
    try {
      await Promise.all(nodes.map((node) => node.start()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async stop(): Promise<void> {
    for (const work of this.beforeStop) work();
    await this.processes.end();
    for (const { links } of this.nodes) for (const name of LINKS) links[name].close();
  }
}

type Links = Readonly<Record<LinkName, FaultProxy>>;

async function linksOf({ environment }: World): Promise<Links> {
  const to = (variable: string): Promise<FaultProxy> => FaultProxy.to(environment[variable] ?? '');
  return {
    // Leads nowhere as long as there is no process.
    clients: await FaultProxy.to('http://127.0.0.1:1'),
    postgres: await to('DATABASE_URL'),
    redis: await to('REDIS_URL'),
    upstream: await to('KAHA_BASE_URL'),
  };
}

export class ClusterNode {
  /** Of its present process. */
  process: NodeProcess | undefined;

  constructor(
    readonly links: Links,
    private readonly processes: NodeProcesses,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** The same for all its processes. */
  get url(): string {
    return this.links.clients.url.replace(/\/$/, '');
  }

  /** Waits until it listens. */
  async start(): Promise<void> {
    this.process = this.processes.start({
      DATABASE_URL: this.links.postgres.url,
      REDIS_URL: this.links.redis.url,
      KAHA_BASE_URL: this.links.upstream.url,
      ...this.env,
    });
    this.links.clients.retarget(new URL(await this.process.listening()));
  }

  async kill(): Promise<void> {
    this.process?.signal('SIGKILL');
    await this.process?.exited;
    this.process = undefined;
  }

  /** As an operator does it: told to end, and waited for. @returns its exit code. */
  async stop(): Promise<number | null | undefined> {
    this.process?.signal('SIGTERM');
    const code = await this.process?.exited;
    this.process = undefined;
    return code;
  }

  signal(signal: NodeJS.Signals): void {
    this.process?.signal(signal);
  }

  /** null where there is no process to ask about. */
  get usage(): { rssMib: number; openFiles: number } | null {
    if (this.process === undefined) return null;
    const folder = `/proc/${this.process.pid}`;
    try {
      const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
      return { rssMib: Number(rss ?? 0) / 1024, openFiles: readdirSync(`${folder}/fd`).length };
    } catch {
      return null;
    }
  }
}
