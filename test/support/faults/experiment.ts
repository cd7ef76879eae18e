import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { History, wallClock } from '../history/history';
import type { FinalState } from '../history/final-state';
import { judge } from '../history/judge';
import { Load, type LoadOptions } from '../history/load';
import { busOf } from '../history/read-bus';
import { type Place, readFinalState } from '../history/read-final-state';
import type { World } from '../world';
import type { Cluster } from './cluster';

const LOOK_MS = 500;
/** What may still come when all is at rest: that a listener has missed something, and what a dead node left behind. */
const SETTLES_WITHIN_MS = 10_000;
const AGAIN_MS = 500;

/** People live on a cluster while somebody breaks it; then all that they saw is judged. */
export class Experiment {
  private readonly looking: NodeJS.Timeout;

  private constructor(
    private readonly world: World,
    private readonly cluster: Cluster,
    private readonly seed: number,
    readonly history: History,
    readonly load: Load,
  ) {
    this.looking = setInterval(() => this.look(), LOOK_MS);
    cluster.beforeStop.push(() => this.abandon());
  }

  static async begin(world: World, cluster: Cluster, options: LoadOptions): Promise<Experiment> {
    const history = new History();
    const load = await Load.prepare(world, history, options);
    load.start();
    return new Experiment(world, cluster, options.seed, history, load);
  }

  /** Something is broken by other means than blows. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const heal = this.history.trouble(what);
    return work().finally(heal);
  }

  /**
   * Ends it. Everything must have been healed.
   *
   * @param busWasLost what was published was in a Redis that was emptied: only that all was is judged.
   * @returns what was wrong, and where it is written down in full.
   */
  async verdict({ busWasLost = false } = {}): Promise<string[]> {
    await this.load.stop();
    clearInterval(this.looking);
    const faults = await this.settled(busWasLost);
    this.load.leave();
    return faults.length === 0 ? [] : [...faults, `seed ${this.seed}, see ${this.writeDown()}`];
  }

  /** How many messages were acknowledged. A story in which nothing happens proves nothing. */
  get acknowledged(): number {
    return this.history.attempts.filter(
      ({ action, outcome }) => action.kind === 'send' && outcome.phase === 'ok',
    ).length;
  }

  /** Nobody wants a verdict any more. */
  private abandon(): void {
    clearInterval(this.looking);
    void this.load.stop(0);
    this.load.leave();
  }

  private async settled(busWasLost: boolean): Promise<string[]> {
    for (const deadline = Date.now() + SETTLES_WITHIN_MS; ; await delay(AGAIN_MS)) {
      // To read it all may take longer than to settle.
      const isLast = Date.now() > deadline;
      this.load.catchUp();
      const faults = judge(this.history, await this.finalState(busWasLost));
      if (faults.length === 0 || isLast) return faults;
    }
  }

  private finalState(busWasLost: boolean): Promise<FinalState> {
    const place: Place = {
      people: this.load.people,
      nodes: this.cluster.nodes.length,
      conversationIds: this.load.chats.map(({ id }) => id),
      firstTokens: this.load.firstTokens,
      query: (text, values) => this.world.database.query(text, values),
      bus: busWasLost ? null : busOf(this.world),
    };
    return readFinalState(place);
  }

  private look(): void {
    for (const [node, { usage, links }] of this.cluster.nodes.entries())
      if (usage !== null)
        this.history.usage.push({
          ...usage,
          node,
          at: wallClock(),
          postgresConnections: links.postgres.connections,
        });
  }

  private writeDown(): string {
    const folder = mkdtempSync(join(tmpdir(), 'history-'));
    this.history.writeTo(join(folder, 'history.jsonl'));
    for (const [node, { process }] of this.cluster.nodes.entries())
      writeFileSync(join(folder, `node-${node}.log`), process?.output ?? '');
    return folder;
  }
}
