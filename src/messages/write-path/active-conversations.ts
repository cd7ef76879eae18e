const WINDOW_MS = 5 * 60_000;

/** Some 150 bytes each. Where there are more, the figure stays at this. */
const MOST_COUNTED = 100_000;

/** How many conversations had a message lately. */
export class ActiveConversations {
  /** When each had its last one; those that had it longest ago come first. */
  private readonly lastMessages = new Map<string, number>();

  /** @param now in milliseconds, by a clock that does not jump. */
  touch(conversationId: string, now: number): void {
    this.lastMessages.delete(conversationId);
    this.lastMessages.set(conversationId, now);
    if (this.lastMessages.size <= MOST_COUNTED) return;
    const [oldest = ''] = this.lastMessages.keys();
    this.lastMessages.delete(oldest);
  }

  /** @param now as for `touch`. */
  count(now: number): number {
    for (const [conversationId, last] of this.lastMessages) {
      if (now - last <= WINDOW_MS) break;
      this.lastMessages.delete(conversationId);
    }
    return this.lastMessages.size;
  }
}
