import type { Announcement } from '../../outbox';
import { type LivePacket, packetFor } from './live-packet';

/** A committed change of a conversation on its way to the sockets that may hear of it. */
export interface Delivery {
  readonly tenantId: string;
  readonly conversationId: string;
  /** The revision the change made. They are delivered in this order, each once. */
  readonly rev: number;
  readonly sincePreviousMs: number;
  /** Users who may hear it, and nobody else. */
  readonly audience: readonly string[];
  /** Null for a change that clients are not told of: it still has its place in the order. */
  readonly packet: LivePacket | null;
}

export function deliveryOf({ event, audience, sincePreviousMs }: Announcement): Delivery {
  const { tenantId, key: conversationId, rev } = event;
  return { tenantId, conversationId, rev, sincePreviousMs, audience, packet: packetFor(event) };
}
