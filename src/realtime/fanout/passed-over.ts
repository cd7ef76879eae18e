import { LRUCache } from 'lru-cache';

/** Conversations of which something was passed over of late, and revisions of each. */
const MOST_CONVERSATIONS = 5_000;
const MOST_REVISIONS = 200;

/**
 * Revisions that were not here when it was their turn, and not to be read: the order has gone on without them. Whoever
 * comes with one of them later comes with something that was not told yet.
 */
export class PassedOver {
  private readonly conversations = new LRUCache<string, Map<number, readonly string[]>>({
    max: MOST_CONVERSATIONS,
  });

  /** @param told users who know that something has passed them by. */
  add(conversationId: string, revs: readonly number[], told: readonly string[]): void {
    if (revs.length === 0) return;
    const known = this.conversations.get(conversationId) ?? new Map<number, readonly string[]>();
    for (const rev of revs) known.set(rev, told);
    for (const rev of known.keys()) {
      if (known.size <= MOST_REVISIONS) break;
      known.delete(rev);
    }
    this.conversations.set(conversationId, known);
  }

  has(conversationId: string, rev: number): boolean {
    return this.conversations.peek(conversationId)?.has(rev) ?? false;
  }

  /** It has come after all. @returns who knows already; undefined for a revision that was not passed over. */
  take(conversationId: string, rev: number): readonly string[] | undefined {
    const known = this.conversations.peek(conversationId);
    const told = known?.get(rev);
    known?.delete(rev);
    return told;
  }
}
