import { Injectable } from '@nestjs/common';
import { isUuid } from '../../common/uuid';
import { isPlainObject } from '../../common/validation';
import type { Queryable } from '../../database';
import { type AnnouncedMessage, faultInMessage, toMessageDto } from '../../message-view';
import type { Announcement, ChatEventType } from '../chat-event';
import { type MessageAddress, OutboxEventsRepository, type OutboxRow } from './outbox-events.repository';

/** Makes events of rows of the outbox: what a message says is not kept there, but with the message. */
@Injectable()
export class StoredEvents {
  constructor(private readonly repository: OutboxEventsRepository) {}

  /**
   * @returns for each row its event, with those who may hear it; undefined for one that nothing can be made of.
   * @throws DependencyUnavailable
   */
  async read(db: Queryable, rows: readonly OutboxRow[]): Promise<(Announcement | undefined)[]> {
    const addresses = rows.map(messageOf);
    const wanted = addresses.filter((address) => address !== undefined);
    const found = wanted.length === 0 ? [] : await this.repository.messages(db, wanted);
    const messages = new Map(found.map((message) => [message.id, message]));
    return rows.map((row, index) => {
      const address = addresses[index];
      return address === undefined ? ofItself(row) : ofMessage(row, messages.get(address.messageId));
    });
  }
}

/** They name the message in their payload. */
const CHANGES: ReadonlySet<string> = new Set<ChatEventType>([
  'MessageUpdated',
  'MessageDeleted',
  'MessageExpired',
]);

/** Which message it tells of; undefined where the row says all there is to say. */
function messageOf({ eventType, eventId, key, payload }: OutboxRow): MessageAddress | undefined {
  if (eventType === 'MessageCreated') return { conversationId: key, messageId: eventId };
  const messageId = CHANGES.has(eventType) && isPlainObject(payload) ? payload.messageId : undefined;
  return isUuid(messageId) ? { conversationId: key, messageId } : undefined;
}

function ofItself(row: OutboxRow): Announcement | undefined {
  const isWhole = isPlainObject(row.payload) && !CHANGES.has(row.eventType);
  return isWhole ? announcementOf(row, row.payload, row.audience ?? []) : undefined;
}

function ofMessage(row: OutboxRow, message: AnnouncedMessage | undefined): Announcement | undefined {
  if (message === undefined || faultInMessage(message) !== undefined) return undefined;
  const { audience, ...columns } = message;
  return announcementOf(row, { message: toMessageDto(columns) }, audience);
}

function announcementOf(
  { eventId, eventType, schemaVersion, occurredAt, traceId, tenantId, key, rev }: OutboxRow,
  payload: object,
  audience: readonly string[],
): Announcement {
  const event = { eventId, eventType, schemaVersion, occurredAt, traceId, tenantId, key, rev, payload };
  return { event, audience, sincePreviousMs: 0 };
}
