import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { bodyHash } from '../../common/body-hash';
import { ValidationFailed } from '../../common/problem';
import { Database } from '../../database';
import { EventAnnouncer } from '../../outbox';
import { ProfilesService } from '../../profile';
import { UsersService } from '../../users';
import { IdempotencyKeyReused, UserNotFound } from '../conversation.errors';
import { ConversationsService } from '../conversations.service';
import type { ConversationDto } from '../dto/conversation.dto';
import { Founding } from '../opening/founding';
import { toConversationDto } from '../to-conversation-dto';
import { MAX_GROUP_SIZE } from './group.rules';
import type { GroupCommand } from './group-command';
import { GroupsRepository } from './groups.repository';

export interface CreatedGroup {
  readonly conversation: ConversationDto;
  /** The same key had made it before; nothing new was stored. */
  readonly replayed: boolean;
}

/** Founds groups. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly database: Database,
    private readonly groups: GroupsRepository,
    private readonly conversations: ConversationsService,
    private readonly founding: Founding,
    private readonly users: UsersService,
    private readonly profiles: ProfilesService,
    private readonly announcer: EventAnnouncer,
  ) {}

  /**
   * Makes a group whose founder is its admin. With a key, however often and wherever it is asked for: one group.
   *
   * @throws ValidationFailed with nobody else, or too many; UserNotFound; IdempotencyKeyReused for another group;
   * ConversationNotFound when the key made a group that its founder has left; DependencyUnavailable
   */
  async create(founder: Actor, command: GroupCommand): Promise<CreatedGroup> {
    const { key = null, name, avatarUrl } = command;
    const others = [...new Set(command.participantIds)].filter((id) => id !== founder.userId).sort();
    if (others.length === 0)
      throw ValidationFailed.of('participantIds', 'must name somebody other than yourself');
    if (others.length >= MAX_GROUP_SIZE)
      throw ValidationFailed.of(
        'participantIds',
        `a group has at most ${MAX_GROUP_SIZE} people, you among them`,
      );
    const hash = key === null ? null : bodyHash({ participantIds: others, name, avatarUrl });

    const earlier = await this.replay(founder, key, hash);
    if (earlier !== undefined) return earlier;
    const memberIds = [founder.userId, ...others];
    const profiles = await this.profiles.profilesFor({ users: new Set(memberIds), businesses: new Set() });
    if (others.some((id) => profiles.unknown.users.includes(id))) throw new UserNotFound();

    const founded = await this.announcer.committed(
      this.database.transaction(async (tx) => {
        await this.users.ensure(tx, founder.tenantId, memberIds);
        const id = await this.groups.create(tx, founder, { name, avatarUrl, key, hash, memberIds });
        return id === undefined ? undefined : this.founding.record(tx, founder, id, profiles);
      }),
    );
    if (founded === undefined) {
      const winner = await this.replay(founder, key, hash);
      if (winner === undefined) throw new Error('the key has made a group that can not be found');
      return winner;
    }
    this.announcer.announce([founded.announcement]);
    return { conversation: toConversationDto(founded.row, founder.userId, profiles), replayed: false };
  }

  private async replay(
    founder: Actor,
    key: string | null,
    hash: Buffer | null,
  ): Promise<CreatedGroup | undefined> {
    if (key === null || hash === null) return undefined;
    const group = await this.groups.byKey(this.database, founder, key);
    if (group === undefined) return undefined;
    if (!group.hash.equals(hash)) throw new IdempotencyKeyReused();
    return { conversation: await this.conversations.find(founder, group.id), replayed: true };
  }
}
