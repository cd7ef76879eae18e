import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { Database } from '../../database';
import { type Profiles, ProfilesService } from '../../profile';
import { ConversationNotFound } from '../conversation.errors';
import type { ConversationRow } from '../conversation-row';
import { InboxRepository } from '../inbox.repository';
import { toPublicConversationDto } from '../to-conversation-dto';
import type { ConversationChange } from './conversation-change';
import { ConversationChanges } from './conversation-changes';

/**
 * A change that one of the members asked for and that all of them are told of. Profiles are looked up before the
 * lock is taken: nobody waits for upstream while a conversation is held.
 */
@Injectable()
export class MemberChanges {
  constructor(
    private readonly database: Database,
    private readonly changes: ConversationChanges,
    private readonly inboxes: InboxRepository,
    private readonly profiles: ProfilesService,
  ) {}

  /**
   * @param named people the change is about who may not be in the conversation.
   * @throws ConversationNotFound when the actor is not in it; whatever `work` throws; DependencyUnavailable
   */
  async change<T>(
    actor: Actor,
    conversationId: string,
    named: readonly string[],
    work: (change: ConversationChange, profiles: Profiles) => Promise<T>,
  ): Promise<T> {
    const seen = await this.inboxes.one(this.database, actor, conversationId);
    if (seen === undefined) throw new ConversationNotFound();
    const users = new Set([...seen.participants.map(({ userId }) => userId), ...named]);
    const profiles = await this.profiles.profilesFor({ users, businesses: new Set() });
    const { tenantId, userId } = actor;
    return this.changes.change({ tenantId, conversationId, memberId: userId }, (change) =>
      work(change, profiles),
    );
  }

  /** Tells everybody in it what the conversation looks like by now. */
  async recordUpdate(change: ConversationChange, profiles: Profiles): Promise<void> {
    const row = await this.inboxes.shared(change.tx, change.id);
    await change.record({
      eventType: 'ConversationUpdated',
      payload: (rev) => ({ conversation: { ...toPublicConversationDto(row, profiles), rev } }),
    });
  }

  /** The conversation as the actor sees it, with what has been changed so far. */
  async seenBy(actor: Actor, change: ConversationChange): Promise<ConversationRow> {
    const row = await this.inboxes.one(change.tx, actor, change.id);
    if (row === undefined) throw new ConversationNotFound();
    return row;
  }
}
