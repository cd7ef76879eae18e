import type { Announcement, ChatEventType } from '../../outbox';
import { type LivePacket, packetFor } from './live-packet';

/** A committed change of a conversation on its way to the sockets that may hear of it. */
export interface Delivery {
  readonly tenantId: string;
  readonly conversationId: string;
  /** The revision the change made. They are delivered in this order, each once. */
  readonly rev: number;
  /** False for receipts: they change no revision, and whoever hears one late or twice keeps the higher mark. */
  readonly ordered: boolean;
  readonly sincePreviousMs: number;
  /** Users who may hear it, and nobody else. */
  readonly audience: readonly string[];
  /** Null for a change that clients are not told of: it still has its place in the order. */
  readonly packet: LivePacket | null;
}

const UNORDERED: ReadonlySet<ChatEventType> = new Set(['MessageRead', 'MessageDelivered']);

export function deliveryOf({ event, audience, sincePreviousMs }: Announcement): Delivery {
  const { tenantId, key: conversationId, rev, eventType } = event;
  const ordered = !UNORDERED.has(eventType);
  return { tenantId, conversationId, rev, ordered, sincePreviousMs, audience, packet: packetFor(event) };
}
