import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { ValidationFailed } from '../common/problem';
import { MessagesConfig } from '../config';
import { ConversationNotFound } from '../conversations';
import { Database } from '../database';
import { type MessageDto, toMessageDto } from '../message-view';
import type { Announcement } from '../outbox';
import { MessageNotFound } from './message.errors';
import { type HistoryWindow, MessagesRepository, type Reading } from './messages.repository';

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
    const items = seenBy(actor, { ...reading, rows: reading.rows.slice(0, window.limit) });
    if (window.after === undefined) items.reverse();
    return { items, hasMore: reading.rows.length > window.limit };
  }

  /** @throws ConversationNotFound, MessageNotFound */
  async find(actor: Actor, conversationId: string, messageId: string): Promise<MessageDto> {
    const { retentionDays } = this.config;
    const reading = await this.repository.one(this.database, actor, conversationId, messageId, retentionDays);
    if (reading === undefined) throw new ConversationNotFound();
    const [message] = seenBy(actor, reading);
    if (message === undefined) throw new MessageNotFound();
    return message;
  }

  /** The members who may read a message now. */
  readersOf(tenantId: string, conversationId: string, messageId: string): Promise<string[]> {
    return this.repository.readersOf(this.database, tenantId, conversationId, messageId);
  }

  /**
   * What was committed between two revisions of a conversation, both excluded, for a process that did not hear of
   * it: announcements as the commit would have made them, except that the event keeps no id of its own.
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
    return rows.map(({ audience, ...row }) => ({
      event: {
        eventId: row.id,
        eventType: 'MessageCreated',
        schemaVersion: 1,
        occurredAt: new Date(row.sentAt),
        traceId: '0'.repeat(32),
        tenantId,
        key: conversationId,
        rev: row.rev,
        payload: {
          message: toMessageDto({ ...row, replyTo: row.replyTo && { ...row.replyTo, content: null } }),
        },
      },
      audience,
      sincePreviousMs: 0,
    }));
  }
}

function seenBy({ userId }: Actor, { rows, others }: Reading): MessageDto[] {
  return rows.map((row) => toMessageDto(row, row.senderId === userId ? others : undefined));
}
