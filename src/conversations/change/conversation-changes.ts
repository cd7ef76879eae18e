import { Injectable } from '@nestjs/common';
import { currentContext } from '../../common/request-context';
import { Database } from '../../database';
import { EventAnnouncer } from '../../outbox';
import { ConversationNotFound } from '../conversation.errors';
import { ConversationChange } from './conversation-change';
import { ConversationChangesRepository } from './conversation-changes.repository';

/** Which conversation, and for which of its members; for the service itself where there is none. */
export interface Changed {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly memberId?: string;
}

/** The way everything but a sending changes a conversation: under its lock, with its event, told of after the commit. */
@Injectable()
export class ConversationChanges {
  constructor(
    private readonly database: Database,
    private readonly repository: ConversationChangesRepository,
    private readonly announcer: EventAnnouncer,
  ) {}

  /**
   * Runs `work` while the conversation is locked, in one transaction, and announces what it recorded.
   *
   * @throws ConversationNotFound when there is none in this tenant, or `memberId` is not in it; whatever `work`
   * throws, nothing then being changed; DependencyUnavailable
   */
  async change<T>(
    { tenantId, conversationId, memberId }: Changed,
    work: (change: ConversationChange) => Promise<T>,
  ): Promise<T> {
    const { result, announcements } = await this.announcer.committed(
      this.database.transaction(async (tx) => {
        const row = await this.repository.lock(tx, tenantId, conversationId, memberId);
        if (row === undefined) throw new ConversationNotFound();
        const members = await this.repository.members(tx, conversationId);
        const change = new ConversationChange(tx, this.repository, currentContext().traceId, row, members);
        // Asked again under the lock: they may have been removed while it was waited for.
        if (memberId !== undefined) change.member(memberId);
        return { result: await work(change), announcements: change.announcements };
      }),
    );
    this.announcer.announce(announcements);
    return result;
  }
}
