import type { ChatEvent } from '../chat-event';

/**
 * The event as other services get it: docs/events/envelope.schema.json.
 *
 * @throws RangeError or TypeError for what JSON has no words for.
 */
export function encodeEnvelope(event: ChatEvent): string {
  const { eventId, eventType, schemaVersion, occurredAt, traceId, tenantId, key, rev, payload } = event;
  return JSON.stringify({
    eventId,
    eventType,
    schemaVersion,
    // By name: JSON would make null of a time that is none.
    occurredAt: occurredAt.toISOString(),
    traceId,
    tenantId,
    key,
    rev,
    payload,
  });
}
