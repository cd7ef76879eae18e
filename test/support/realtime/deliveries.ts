import type { MessageDto } from '../../../src/message-view';
import type { Announcement } from '../../../src/outbox';
import type { Delivery } from '../../../src/realtime/fanout/delivery';

export const TENANT = '00000000-0000-0000-0000-000000000000';
export const CONVERSATION = '01890000-0000-7000-8000-00000000c0de';
export const ALICE = '00000000-0000-4000-8000-00000000a11c';
export const BOB = '00000000-0000-4000-8000-000000000b0b';

/** As the core tells of one. */
export function aMessage(rev: number, more: Partial<MessageDto> = {}): MessageDto {
  return {
    id: '01890000-0000-7000-8000-000000000001',
    conversationId: CONVERSATION,
    seq: rev,
    rev,
    senderId: ALICE,
    type: 'text',
    content: 'hello',
    contentHtml: 'hello',
    payload: null,
    sentAt: '2026-01-31T09:30:00.123Z',
    editedAt: null,
    deletedAt: null,
    expiresAt: null,
    clientMessageId: null,
    replyTo: null,
    metadata: null,
    status: 'sent',
    ...more,
  };
}

/** A new message in a busy conversation, unless said otherwise. */
export function aDelivery(rev: number, more: Partial<Delivery> = {}): Delivery {
  return {
    tenantId: TENANT,
    conversationId: CONVERSATION,
    rev,
    ordered: true,
    sincePreviousMs: 5,
    audience: [ALICE, BOB],
    packet: { event: 'new_message', payload: { message: aMessage(rev) } },
    ...more,
  };
}

/** The same as the core tells it. */
export function anAnnouncement(rev: number, more: Partial<Delivery> = {}): Announcement {
  const { tenantId, conversationId, audience, sincePreviousMs, packet } = aDelivery(rev, more);
  return {
    event: {
      eventId: '01890000-0000-7000-8000-000000000000',
      eventType: 'MessageCreated',
      schemaVersion: 1,
      occurredAt: new Date(0),
      traceId: '0'.repeat(32),
      tenantId,
      key: conversationId,
      rev,
      payload: packet?.payload,
    },
    audience,
    sincePreviousMs,
  };
}
