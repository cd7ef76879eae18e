import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { ValidationFailed } from '../common/problem';
import { MessagesConfig } from '../config';
import { ConversationNotFound } from '../conversations';
import { Database, type Queryable, UnreadableRows } from '../database';
import { faultInMessage, type MessageDto, type MessageRow, toMessageDto } from '../message-view';
import type { Announcement, ChatEventType } from '../outbox';
import { MessageNotFound } from './message.errors';
import {
  type HistoryWindow,
  MessagesRepository,
  type MissedMessage,
  type Reading,
} from './messages.repository';

export interface MessagePage {
  /** Ascending by seq. */
  readonly items: MessageDto[];
  /** Whether there are more in the direction asked for. */
  readonly hasMore: boolean;
}

/** How far back a gap in what was announced is filled; a larger one wants a sync. */
const REPAIR_LIMIT = 200;

/** Reads messages: what a member may read, and no other. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly unreadable: UnreadableRows,
  ) {}

  /**
   * A page of the conversation: the newest, or those before or after a seq, or from an offset.
   * Callers other than the REST door keep `limit` reasonable themselves.
   *
   * @throws ValidationFailed when more than one of before, after and offset is given; ConversationNotFound
   */
  async page(actor: Actor, conversationId: string, window: HistoryWindow): Promise<MessagePage> {
    const anchors = (['before', 'after', 'offset'] as const).filter((anchor) => window[anchor] !== undefined);
    if (anchors.length > 1)
      throw ValidationFailed.of(anchors[1] ?? '', 'only one of before, after and offset');
    const oneMore = { ...window, limit: window.limit + 1 };
    const { retentionDays } = this.config;
    const reading = await this.repository.history(
      this.database,
      actor,
      conversationId,
      oneMore,
      retentionDays,
    );
    if (reading === undefined) throw new ConversationNotFound();
    const items = this.seenBy(actor, { ...reading, rows: reading.rows.slice(0, window.limit) });
    if (window.after === undefined) items.reverse();
    return { items, hasMore: reading.rows.length > window.limit };
  }

  /**
   * @param db where to look: in a transaction, with what it has changed.
   * @throws ConversationNotFound, MessageNotFound
   */
  async find(
    actor: Actor,
    conversationId: string,
    messageId: string,
    db: Queryable = this.database,
  ): Promise<MessageDto> {
    const { retentionDays } = this.config;
    const reading = await this.repository.one(db, actor, conversationId, messageId, retentionDays);
    if (reading === undefined) throw new ConversationNotFound();
    const [message] = this.seenBy(actor, reading);
    if (message === undefined) throw new MessageNotFound();
    return message;
  }

  /** The members who may read a message now. */
  readersOf(tenantId: string, conversationId: string, messageId: string): Promise<string[]> {
    return this.repository.readersOf(this.database, tenantId, conversationId, messageId);
  }

  /**
   * What became of messages between two revisions of a conversation, both excluded, for a process that did not hear
   * of it. Every message comes once, in its present state: one made between them at its own revision, so that they
   * come in order, any other at that of its last change. The event has no id of its own.
   */
  async announcementsBetween(
    tenantId: string,
    conversationId: string,
    afterRev: number,
    beforeRev: number,
  ): Promise<Announcement[]> {
    const rows = await this.repository.betweenRevisions(
      this.database,
      tenantId,
      conversationId,
      afterRev,
      beforeRev,
      REPAIR_LIMIT,
    );
    return this.readable(rows).map((missed) => toAnnouncement(tenantId, missed));
  }

  private seenBy({ userId }: Actor, { rows, others }: Reading): MessageDto[] {
    return this.readable(rows).map((row) => toMessageDto(row, row.senderId === userId ? others : undefined));
  }

  private readable<Row extends MessageRow>(rows: readonly Row[]): Row[] {
    return this.unreadable.without('messages', rows, faultInMessage, ({ id }) => id);
  }
}

function toAnnouncement(
  tenantId: string,
  { missedRev, isNew, audience, ...row }: MissedMessage,
): Announcement {
  return {
    event: {
      eventId: row.id,
      eventType: isNew ? 'MessageCreated' : changeOf(row),
      schemaVersion: 1,
      occurredAt: new Date(row.deletedAt ?? row.editedAt ?? row.sentAt),
      traceId: '0'.repeat(32),
      tenantId,
      key: row.conversationId,
      rev: missedRev,
      payload: { message: toMessageDto(row) },
    },
    audience,
    sincePreviousMs: 0,
  };
}

/** What became last of a message that has been changed. */
function changeOf({ deletedAt, expiresAt }: MessageRow): ChatEventType {
  if (deletedAt === null) return 'MessageUpdated';
  return expiresAt !== null && +deletedAt === +expiresAt ? 'MessageExpired' : 'MessageDeleted';
}
