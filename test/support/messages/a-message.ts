import type { MessageRow } from '../../../src/message-view';

/** A text, as SQL hands it out. */
export function aMessage(more: Partial<MessageRow> = {}): MessageRow {
  return {
    id: 'the-message',
    conversationId: 'the-conversation',
    seq: 5,
    rev: 6,
    senderId: 'alice',
    type: 'text',
    content: 'hello',
    payload: null,
    metadata: null,
    clientMessageId: null,
    sentAt: new Date('2026-06-01T12:00:00.123Z'),
    editedAt: null,
    deletedAt: null,
    expiresAt: null,
    replyTo: null,
    ...more,
  };
}
