import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { InvalidCursor, openCursor, sealCursor } from '../../common/cursor';
import { ValidationFailed } from '../../common/problem';
import { ClusterIdentity, Database } from '../../database';
import { ProfilesService } from '../../profile';
import { UserNotFound } from '../user.errors';
import { UsersService } from '../users.service';
import { VisibilityAnnouncer } from '../visibility-announcer';
import { VisibilityChanges } from '../visibility-changes';
import type { BlockPageDto } from './block.dto';
import { type BlockPosition, BlocksRepository } from './blocks.repository';

const BLOCKS_CURSOR = 'blocks';

/** Whom people want to have nothing to do with. What that means for conversations is theirs to know. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly database: Database,
    private readonly cluster: ClusterIdentity,
    private readonly repository: BlocksRepository,
    private readonly users: UsersService,
    private readonly profiles: ProfilesService,
    private readonly visibility: VisibilityChanges,
    private readonly announcer: VisibilityAnnouncer,
  ) {}

  /**
   * Once it returns, nothing more is sent between the two. Somebody who is blocked already stays so.
   *
   * @throws ValidationFailed for oneself, UserNotFound, DependencyUnavailable
   */
  async block(actor: Actor, userId: string): Promise<void> {
    if (userId === actor.userId) throw ValidationFailed.of('userId', 'must be somebody other than yourself');
    const { unknown } = await this.profiles.profilesFor({ users: new Set([userId]), businesses: new Set() });
    if (unknown.users.includes(userId)) throw new UserNotFound();
    await this.database.transaction(async (tx) => {
      await this.users.ensure(tx, actor.tenantId, [actor.userId, userId]);
      await this.visibility.blockChanges(tx, actor, userId);
      await this.repository.add(tx, actor, userId);
    });
    this.announcer.announce({ person: actor, towardsId: userId });
  }

  /** Whoever was never blocked is not now either. @throws DependencyUnavailable */
  async unblock(actor: Actor, userId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.visibility.blockChanges(tx, actor, userId);
      await this.repository.remove(tx, actor, userId);
    });
    this.announcer.announce({ person: actor, towardsId: userId });
  }

  /** Newest first. @throws InvalidCursor, DependencyUnavailable */
  async page(actor: Actor, limit: number, cursor: string | undefined): Promise<BlockPageDto> {
    const { cursorKey } = await this.cluster.read();
    const after =
      cursor === undefined ? undefined : toPosition(openCursor(cursorKey, BLOCKS_CURSOR, actor, cursor));
    const rows = await this.repository.page(this.database, actor, after, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ userId, blockedAt }) => ({ userId, blockedAt: blockedAt.toISOString() })),
      nextCursor:
        rows.length > limit && last !== undefined
          ? sealCursor(cursorKey, BLOCKS_CURSOR, actor, [last.time, last.userId])
          : null,
    };
  }
}

function toPosition(opened: unknown): BlockPosition {
  const [time, userId] = Array.isArray(opened) ? (opened as unknown[]) : [];
  if (typeof time !== 'string' || typeof userId !== 'string') throw new InvalidCursor();
  return { time, userId };
}
