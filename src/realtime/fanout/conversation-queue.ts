import type { Delivery } from './delivery';

/** After a pause this long whatever came before has arrived, or is missed and will be asked for in another way. */
const PAUSE_MS = 1_000;

/** Revisions that are missing: those between the two, which are not missing themselves. */
export interface Gap {
  readonly afterRev: number;
  readonly beforeRev: number;
}

/**
 * The order of one conversation at this node: what may go out now, and what waits for its forerunner.
 * Revisions of a conversation have no holes, so every one that is missing is late or lost. Knows no time:
 * how long to wait is for its owner to say.
 */
export class ConversationQueue {
  private readonly held = new Map<number, Delivery>();

  /** @param last the revision delivered last; undefined when nothing of this conversation is remembered. */
  constructor(private last?: number) {}

  /** Everything up to here has been delivered. */
  get position(): number | undefined {
    return this.last;
  }

  get waiting(): readonly Delivery[] {
    return this.inOrder();
  }

  get isWaiting(): boolean {
    return this.held.size > 0;
  }

  get size(): number {
    return this.held.size;
  }

  /** @returns what may go out now, in order: nothing for a repetition, several when this one was waited for. */
  accept(delivery: Delivery): Delivery[] {
    const { rev } = delivery;
    if ((this.last !== undefined && rev <= this.last) || this.held.has(rev)) return [];
    this.held.set(rev, delivery);
    return this.release();
  }

  /** What has to be looked up for everything that waits to go out. Only while something waits. */
  gap(): Gap {
    const revs = [...this.held.keys()];
    // With nothing remembered only the direct forerunner is known to be on its way: it was a moment earlier.
    return { afterRev: this.last ?? Math.min(...revs) - 2, beforeRev: Math.max(...revs) };
  }

  /** Of a gap what is neither here nor among what was `found`, from its newer end: `most` at most. Ascending. */
  missing({ afterRev, beforeRev }: Gap, found: readonly Delivery[], most: number): number[] {
    const revs = new Set(found.map(({ rev }) => rev));
    const missing: number[] = [];
    for (let rev = beforeRev - 1; rev > afterRev && missing.length < most; rev--)
      if (!revs.has(rev) && !this.held.has(rev)) missing.unshift(rev);
    return missing;
  }

  /**
   * Ends the waiting for a gap: `found` is what there is in it, and there will be no more.
   * @returns what goes out now, in order.
   */
  settle({ afterRev, beforeRev }: Gap, found: readonly Delivery[]): Delivery[] {
    this.last ??= afterRev;
    for (const delivery of found) {
      const { rev } = delivery;
      if (rev > this.last && rev < beforeRev && !this.held.has(rev)) this.held.set(rev, delivery);
    }
    const settled = this.inOrder().filter(({ rev }) => rev <= beforeRev);
    for (const { rev } of settled) this.held.delete(rev);
    this.last = Math.max(this.last, beforeRev);
    return [...settled, ...this.release()];
  }

  private release(): Delivery[] {
    this.last ??= this.beginning();
    const released: Delivery[] = [];
    if (this.last === undefined) return released;
    for (let next = this.held.get(this.last + 1); next !== undefined; next = this.held.get(this.last + 1)) {
      this.held.delete(next.rev);
      released.push(next);
      this.last = next.rev;
    }
    return released;
  }

  /** Where an unremembered conversation can be taken up: at its first revision, or after a pause. */
  private beginning(): number | undefined {
    const [first] = this.inOrder();
    return first && (first.rev === 1 || first.sincePreviousMs > PAUSE_MS) ? first.rev - 1 : undefined;
  }

  private inOrder(): Delivery[] {
    return [...this.held.values()].sort((a, b) => a.rev - b.rev);
  }
}
