import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { Database } from '../../database';
import type { ConversationChange } from '../change/conversation-change';
import { MemberChanges } from '../change/member-changes';
import { Blocked, WrongConversationType } from '../conversation.errors';
import { ConversationsService } from '../conversations.service';
import type { ConversationDto } from '../dto/conversation.dto';
import { mustBeAdmin } from '../groups/group.rules';
import { type SystemNotice, SystemNotices } from '../system-notices';
import { toConversationDto } from '../to-conversation-dto';
import { type Details, DetailsRepository } from './details.repository';

/** What a conversation is called and looks like, how long its messages last, and whether one hears it. */
@Injectable()
export class DetailsService {
  constructor(
    private readonly database: Database,
    private readonly changes: MemberChanges,
    private readonly details: DetailsRepository,
    private readonly conversations: ConversationsService,
    private readonly notices: SystemNotices,
  ) {}

  /**
   * Changes what is given and leaves the rest.
   *
   * @throws ConversationNotFound, WrongConversationType, InsufficientRole, Blocked, DependencyUnavailable
   */
  async change(actor: Actor, conversationId: string, wanted: Partial<Details>): Promise<ConversationDto> {
    return this.changes.change(actor, conversationId, [], async (change, profiles) => {
      mayChange(change, actor.userId, wanted);
      const before = await this.details.read(change.tx, change.id);
      const after = { ...before, ...wanted };
      if (!isSame(before, after)) {
        await this.details.write(change.tx, change.id, after);
        await this.changes.recordUpdate(change, profiles);
        for (const notice of noticesOf(before, after, actor.userId)) await this.notices.write(change, notice);
      }
      return toConversationDto(await this.changes.seenBy(actor, change), actor.userId, profiles);
    });
  }

  /**
   * Whether the actor wants to be left alone by this conversation: nobody else learns of it.
   *
   * @throws ConversationNotFound, DependencyUnavailable
   */
  async mute(actor: Actor, conversationId: string, isMuted: boolean): Promise<ConversationDto> {
    await this.details.mute(this.database, actor, conversationId, isMuted);
    return this.conversations.find(actor, conversationId);
  }
}

function mayChange(change: ConversationChange, userId: string, wanted: Partial<Details>): void {
  if (change.type === 'group') return mustBeAdmin(change, userId);
  if (wanted.name !== undefined || wanted.avatarUrl !== undefined)
    throw new WrongConversationType('Only groups have a name and a picture of their own.');
  if (change.type !== 'direct') throw new WrongConversationType('Messages to a business do not disappear.');
  if (change.isBlocked) throw new Blocked();
}

function isSame(one: Details, other: Details): boolean {
  return (
    one.name === other.name &&
    one.avatarUrl === other.avatarUrl &&
    one.messageTtlSeconds === other.messageTtlSeconds
  );
}

function noticesOf(before: Details, { name, messageTtlSeconds }: Details, byUserId: string): SystemNotice[] {
  return [
    ...(name === before.name ? [] : [{ action: 'renamed', byUserId, name } as const]),
    ...(messageTtlSeconds === before.messageTtlSeconds
      ? []
      : [{ action: 'timer_changed', byUserId, messageTtlSeconds } as const]),
  ];
}
