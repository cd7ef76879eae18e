import { DependencyUnavailable } from './problem';

/** Commits a group and says, in the group's order, what became of each of its members, or what will. */
export type Commit<Item, Outcome> = (
  group: readonly Item[],
) => Promise<readonly (Outcome | Promise<Outcome>)[]>;

/** Takes an item whose turn has come elsewhere, if it must not go with the group. */
export type Divert<Item, Outcome> = (item: Item) => Promise<Outcome> | undefined;

export interface GroupLimits {
  /** Members of one group. */
  readonly size: number;
  /** Items that may wait; a further one is refused at once. */
  readonly waiting: number;
  /** How long one may wait for its turn, in milliseconds: later, its caller has been told otherwise already. */
  readonly patienceMs?: number;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly since: number;
  readonly resolve: (outcome: Outcome | Promise<Outcome>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits many callers' items together: while one group is in flight the next one gathers. There is no timer, so
 * a lone item waits for nothing, and a busy process makes one commit for many. Items keep the order they came in.
 */
export class GroupCommit<Item, Outcome> {
  private waiting: Waiting<Item, Outcome>[] = [];
  private running: Promise<void> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param standsAlone whether a failed group should be tried item by item: only where the failure proves that
   * nothing was committed and lies in what was sent.
   * @param divert asked once for each item, in order, when its turn has come.
   */
  constructor(
    private readonly commit: Commit<Item, Outcome>,
    private readonly standsAlone: (error: unknown) => boolean,
    private readonly limits: GroupLimits,
    private readonly divert: Divert<Item, Outcome> = () => undefined,
  ) {}

  get isFull(): boolean {
    return this.waiting.length >= this.limits.waiting;
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** @throws DependencyUnavailable when its turn did not come in time; else whatever the commit of its group threw. */
  add(item: Item): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve, reject) => {
      this.waiting.push({ item, since: performance.now(), resolve, reject });
    });
    this.last = outcome.catch(() => undefined);
    this.running ??= this.run();
    return outcome;
  }

  /** Resolves when nothing is waiting or in flight. */
  async drained(): Promise<void> {
    await this.running;
  }

  /** Resolves when all that has been taken in by now has its outcome, whatever comes in meanwhile. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.slice(0, this.limits.size);
      this.waiting = this.waiting.slice(this.limits.size);
      const staying = group.filter((one) => !this.refuseIfLate(one) && !this.wasDiverted(one));
      // Waits in any case: `add` must have noted that this runs before it ends.
      await this.settle(staying);
    }
    this.running = undefined;
  }

  private refuseIfLate({ since, reject }: Waiting<Item, Outcome>): boolean {
    const late = performance.now() - since > (this.limits.patienceMs ?? Infinity);
    if (late) reject(new DependencyUnavailable('in time'));
    return late;
  }

  private wasDiverted({ item, resolve }: Waiting<Item, Outcome>): boolean {
    const outcome = this.divert(item);
    if (outcome !== undefined) resolve(outcome);
    return outcome !== undefined;
  }

  private async settle(group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    if (group.length === 0) return;
    try {
      const outcomes = await this.commit(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => resolve(outcomes[index] as Outcome | Promise<Outcome>));
    } catch (error) {
      if (group.length > 1 && this.standsAlone(error)) {
        for (const one of group) await this.settle([one]);
      } else {
        for (const { reject } of group) reject(error);
      }
    }
  }
}
