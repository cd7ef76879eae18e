/** Older than anything that can be missed and not yet be known to be. */
const KEPT = 3;

/**
 * A point in the order of transactions before which nothing can have passed this node by: of looks some ten seconds
 * apart the one before the last but one, because it takes up to five seconds until a loss is noticed, and some more
 * until what was lost is looked up.
 */
export class SafeHorizon {
  private readonly looks: string[] = [];

  /** Null before the first look: anything may have. */
  get oldest(): string | null {
    return this.looks[0] ?? null;
  }

  /** Only to be called while everything that other nodes say is heard. */
  advance(look: string): void {
    this.looks.push(look);
    if (this.looks.length > KEPT) this.looks.shift();
  }
}
