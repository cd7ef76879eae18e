import { randomUUID } from 'node:crypto';
import { NIL_TENANT } from '../load/population.mjs';

const TEXT =
  'Namaste! Shall we meet at the bus park at six, or is seven better for you and the others?'.padEnd(
    100,
    '.',
  );

/**
 * A message by one of the people in a conversation, as the service's doors hand it to the write path.
 *
 * @param {string} conversationId
 * @param {string} senderId
 */
export function draft(conversationId, senderId) {
  const clientMessageId = randomUUID();
  return {
    tenantId: NIL_TENANT,
    conversationId,
    senderId,
    type: 'text',
    content: TEXT,
    payload: null,
    metadata: null,
    replyToId: null,
    expiresInSeconds: null,
    clientMessageId,
    // Made of the body by the door, which is not what is measured here: any 16 bytes do.
    bodyHash: bytesOf(clientMessageId),
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  };
}

/** The 16 bytes of a UUID. */
export function bytesOf(uuid) {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/** A UUIDv7, so that rows fall into the partition of today and next to those before them. */
export function timeOrderedUuid() {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
