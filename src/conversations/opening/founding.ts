import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { currentContext } from '../../common/request-context';
import type { Tx } from '../../database';
import { type Announcement, OutboxRepository } from '../../outbox';
import type { Profiles } from '../../profile';
import type { ConversationRow } from '../conversation-row';
import { InboxRepository } from '../inbox.repository';
import { toPublicConversationDto } from '../to-conversation-dto';

/** A conversation just made, as its founder sees it, and what is to be told of it after the commit. */
export interface Founded {
  readonly row: ConversationRow;
  readonly announcement: Announcement;
}

/** Records that a conversation began, in the transaction that made it. */
@Injectable()
export class Founding {
  constructor(
    private readonly inboxes: InboxRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  async record(tx: Tx, founder: Actor, conversationId: string, profiles: Profiles): Promise<Founded> {
    const row = await this.inboxes.one(tx, founder, conversationId);
    if (row === undefined) throw new Error('a conversation is not there that was just made');
    const audience = row.participants.map(({ userId }) => userId);
    const created = {
      eventType: 'ConversationCreated',
      schemaVersion: 1,
      traceId: currentContext().traceId,
      tenantId: founder.tenantId,
      key: conversationId,
      rev: row.rev,
      payload: { conversation: toPublicConversationDto(row, profiles) },
    } as const;
    const event = await this.outbox.add(tx, created, audience);
    return { row, announcement: { event, audience, sincePreviousMs: 0 } };
  }
}
