import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Unread, UnreadPair } from '../../conversations';

/** Some 400 bytes each. Of what is forgotten nothing is wrong: it is only not checked, and told once more. */
const REMEMBERED = 50_000;

/** What the devices at this node were told last. */
@Injectable()
export class ToldCounts {
  private readonly counts = new LRUCache<string, Unread>({ max: REMEMBERED });

  get(pair: UnreadPair): Unread | undefined {
    return this.counts.peek(keyOf(pair));
  }

  set(unread: Unread): void {
    this.counts.set(keyOf(unread), unread);
  }

  /** @returns whether there was anything to forget. */
  forget(pair: UnreadPair): boolean {
    return this.counts.delete(keyOf(pair));
  }

  forgetUnless(keep: (unread: Unread) => boolean): void {
    for (const [key, unread] of this.counts.entries()) if (!keep(unread)) this.counts.delete(key);
  }

  /** Any of them, at most so many: each as likely as any other. */
  sample(size: number): Unread[] {
    const chosen: Unread[] = [];
    let seen = 0;
    for (const unread of this.counts.values()) {
      seen++;
      if (chosen.length < size) chosen.push(unread);
      else if (Math.random() * seen < size) chosen[Math.floor(Math.random() * size)] = unread;
    }
    return chosen;
  }
}

function keyOf({ tenantId, userId, conversationId }: UnreadPair): string {
  return `${tenantId} ${userId} ${conversationId}`;
}
