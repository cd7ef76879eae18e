import type { UnreadPair } from '../../conversations';

interface Waiting {
  readonly tenantId: string;
  readonly people: Set<string>;
}

/** Whose counts of which conversations are to be looked up: each once, however much happened. */
export class UnreadPairs {
  private readonly conversations = new Map<string, Waiting>();
  private pairs = 0;

  get size(): number {
    return this.pairs;
  }

  add(tenantId: string, conversationId: string, people: readonly string[]): void {
    if (people.length === 0) return;
    let waiting = this.conversations.get(conversationId);
    if (waiting === undefined) {
      waiting = { tenantId, people: new Set() };
      this.conversations.set(conversationId, waiting);
    }
    const before = waiting.people.size;
    for (const userId of people) waiting.people.add(userId);
    this.pairs += waiting.people.size - before;
  }

  has({ conversationId, userId }: UnreadPair): boolean {
    return this.conversations.get(conversationId)?.people.has(userId) ?? false;
  }

  /** Takes out the conversations that came first, as long as there are no more pairs than `most`, but one at least. */
  take(most: number): UnreadPair[] {
    const taken: UnreadPair[] = [];
    for (const [conversationId, { tenantId, people }] of this.conversations) {
      if (taken.length > 0 && taken.length + people.size > most) break;
      for (const userId of people) taken.push({ tenantId, userId, conversationId });
      this.conversations.delete(conversationId);
    }
    this.pairs -= taken.length;
    return taken;
  }

  clear(): void {
    this.conversations.clear();
    this.pairs = 0;
  }
}
