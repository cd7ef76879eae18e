import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Profiles } from '../../profile';
import { UsersService } from '../../users';
import type { ConversationChange } from '../change/conversation-change';
import { MemberChanges } from '../change/member-changes';
import { AlreadyParticipant, GroupFull, LastAdmin, UserNotFound } from '../conversation.errors';
import type { ParticipantDto } from '../dto/conversation.dto';
import { MAX_GROUP_SIZE, mustBeAdmin, mustBeGroup } from '../groups/group.rules';
import { SystemNotices } from '../system-notices';
import { toParticipantDto } from '../to-conversation-dto';
import { ParticipantsRepository } from './participants.repository';

export type GroupRole = 'member' | 'admin';

/** Who is in a group, and as what. */
@Injectable()
export class ParticipantsService {
  constructor(
    private readonly changes: MemberChanges,
    private readonly participants: ParticipantsRepository,
    private readonly users: UsersService,
    private readonly notices: SystemNotices,
  ) {}

  /**
   * Takes somebody into the group: they read it from their joining on.
   *
   * @throws ConversationNotFound, WrongConversationType, InsufficientRole, UserNotFound, AlreadyParticipant,
   * GroupFull, DependencyUnavailable
   */
  async add(actor: Actor, conversationId: string, userId: string, role: GroupRole): Promise<ParticipantDto> {
    return this.changes.change(actor, conversationId, [userId], async (change, profiles) => {
      mustBeGroup(change);
      mustBeAdmin(change, actor.userId);
      if (profiles.unknown.users.includes(userId)) throw new UserNotFound();
      if (change.find(userId) !== undefined) throw new AlreadyParticipant();
      if (change.members.length >= MAX_GROUP_SIZE) throw new GroupFull(MAX_GROUP_SIZE);
      await this.users.ensure(change.tx, actor.tenantId, [userId]);
      await this.participants.join(change.tx, change.id, userId, role);
      await change.reload();
      await change.record({
        eventType: 'ParticipantAdded',
        payload: () => ({ conversationId: change.id, userId, role }),
      });
      await this.notices.write(change, { action: 'joined', userId, byUserId: actor.userId });
      return this.entry(actor, change, userId, profiles);
    });
  }

  /**
   * Makes somebody an admin, or one no more.
   *
   * @throws ConversationNotFound, WrongConversationType, InsufficientRole, UserNotFound, LastAdmin,
   * DependencyUnavailable
   */
  async setRole(
    actor: Actor,
    conversationId: string,
    userId: string,
    role: GroupRole,
  ): Promise<ParticipantDto> {
    return this.changes.change(actor, conversationId, [], async (change, profiles) => {
      mustBeGroup(change);
      mustBeAdmin(change, actor.userId);
      const member = change.find(userId);
      if (member === undefined) throw new UserNotFound();
      if (member.role !== role) {
        if (role === 'member' && adminsOf(change).length === 1) throw new LastAdmin();
        await this.participants.setRole(change.tx, change.id, userId, role);
        await this.changes.recordUpdate(change, profiles);
      }
      return this.entry(actor, change, userId, profiles);
    });
  }

  /**
   * Takes somebody out of the group; oneself, to leave it. From then on they hear and read nothing new. Where no
   * admin stays, the longest-standing member becomes one.
   *
   * @throws ConversationNotFound, WrongConversationType, InsufficientRole, UserNotFound, DependencyUnavailable
   */
  async remove(actor: Actor, conversationId: string, userId: string): Promise<void> {
    await this.changes.change(actor, conversationId, [], async (change, profiles) => {
      mustBeGroup(change);
      if (userId !== actor.userId) mustBeAdmin(change, actor.userId);
      const member = change.find(userId);
      if (member === undefined) throw new UserNotFound();
      await this.participants.leave(change.tx, change.id, userId);
      // The last that they hear of it.
      await change.record({
        eventType: 'ParticipantRemoved',
        payload: () => ({ conversationId: change.id, userId, role: member.role }),
      });
      await change.reload();
      const [eldest] = change.members;
      if (eldest === undefined) return;
      await this.notices.write(
        change,
        userId === actor.userId
          ? { action: 'left', userId }
          : { action: 'removed', userId, byUserId: actor.userId },
      );
      if (adminsOf(change).length > 0) return;
      await this.participants.setRole(change.tx, change.id, eldest.userId, 'admin');
      await this.changes.recordUpdate(change, profiles);
    });
  }

  private async entry(
    actor: Actor,
    change: ConversationChange,
    userId: string,
    profiles: Profiles,
  ): Promise<ParticipantDto> {
    const { participants } = await this.changes.seenBy(actor, change);
    const row = participants.find((participant) => participant.userId === userId);
    if (row === undefined) throw new UserNotFound();
    return toParticipantDto(row, profiles, actor.userId);
  }
}

function adminsOf({ members }: ConversationChange): readonly unknown[] {
  return members.filter(({ role }) => role === 'admin');
}
