import { randomBytes, randomUUID } from 'node:crypto';
import type { ChatEvent } from '../../../src/outbox';

/** An event of this key; the payload is for the bus to carry, not to understand. */
export function chatEvent(key: string, rev = 1, payload: unknown = { rev }): ChatEvent {
  return {
    eventId: randomUUID(),
    eventType: 'ConversationUpdated',
    schemaVersion: 1,
    occurredAt: new Date(),
    traceId: randomBytes(16).toString('hex'),
    tenantId: randomUUID(),
    key,
    rev,
    payload,
  };
}

/** `count` events with revisions from 1 on of each key, those of all keys mixed. */
export function mixedEvents(keys: readonly string[], count: number): ChatEvent[] {
  return Array.from({ length: count * keys.length }, (_, index) =>
    chatEvent(keys[index % keys.length] as string, Math.floor(index / keys.length) + 1),
  );
}

/** No JSON can be made of its time, so that no bus can carry it. */
export function unspeakableEvent(key: string, rev = 1): ChatEvent {
  return { ...chatEvent(key, rev), occurredAt: new Date(NaN) };
}
