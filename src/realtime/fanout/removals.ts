import { LRUCache } from 'lru-cache';
import type { Delivery } from './delivery';

/** Conversations that somebody was removed from of late. What was on its way then has long arrived when one is forgotten. */
const MOST_CONVERSATIONS = 10_000;

/**
 * Who was removed from which conversation, as far as it was told here. Receipts keep no order, so one that names them
 * among its audience may arrive after the removal that ended their hearing.
 */
export class Removals {
  private readonly byConversation = new LRUCache<string, Map<string, number>>({ max: MOST_CONVERSATIONS });

  note({ conversationId, rev, packet }: Delivery): void {
    if (packet?.event !== 'participant_removed') return;
    const { userId } = packet.payload as { userId?: unknown };
    if (typeof userId !== 'string') return;
    const removed = this.byConversation.get(conversationId) ?? new Map<string, number>();
    this.byConversation.set(conversationId, removed.set(userId, rev));
  }

  /** The same, for those alone who were not removed after it. */
  without(delivery: Delivery): Delivery {
    const removed = this.byConversation.peek(delivery.conversationId);
    if (removed === undefined) return delivery;
    const audience = delivery.audience.filter((userId) => !((removed.get(userId) ?? 0) > delivery.rev));
    return { ...delivery, audience };
  }
}
