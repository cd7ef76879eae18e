import { type MessageDto, toMessageDto } from '../../message-view';
import type { Announcement } from '../../outbox';
import type { AppendedOutcome, Draft } from './draft';

/** The public object of a draft that has just been stored. */
export function toMessage(draft: Draft, outcome: AppendedOutcome): MessageDto {
  return toMessageDto({
    id: outcome.messageId,
    conversationId: draft.conversationId,
    seq: outcome.seq,
    rev: outcome.rev,
    senderId: draft.senderId,
    type: draft.type,
    content: draft.content,
    payload: draft.payload,
    metadata: draft.metadata,
    clientMessageId: draft.clientMessageId,
    sentAt: outcome.sentAt,
    editedAt: null,
    deletedAt: null,
    expiresAt: outcome.expiresAt,
    replyTo: outcome.replyTo,
  });
}

/** What is told of it. */
export function toAnnouncement(draft: Draft, outcome: AppendedOutcome, message: MessageDto): Announcement {
  return {
    event: {
      // The event that a message came is named by it.
      eventId: outcome.messageId,
      eventType: 'MessageCreated',
      schemaVersion: 1,
      occurredAt: outcome.sentAt,
      traceId: draft.traceId,
      tenantId: draft.tenantId,
      key: draft.conversationId,
      rev: outcome.rev,
      payload: { message },
    },
    audience: outcome.audience,
    sincePreviousMs: Math.max(0, outcome.sincePreviousMs),
  };
}
