import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../common/actor';
import { Database, type Queryable } from '../database';
import type { User } from './user';
import { UsersRepository } from './users.repository';

/** Users this process has met; some 100 bytes each. */
const REMEMBERED_USERS = 100_000;

@Injectable()
export class UsersService {
  /** `tenant/user` of everyone whose row is known to be there: rows are never deleted, so this can not go stale. */
  private readonly known = new LRUCache<string, true>({ max: REMEMBERED_USERS });

  constructor(
    private readonly database: Database,
    private readonly repository: UsersRepository,
  ) {}

  /**
   * Sees to it that this person has a row: made on first sight, remembered from then on, so that
   * an ordinary request costs no statement.
   *
   * @throws DependencyUnavailable when the person is new to this process and Postgres is away.
   */
  async recognise(actor: Actor): Promise<void> {
    if (this.known.has(keyOf(actor))) return;
    await this.find(actor);
  }

  /** The person's row as it is now. */
  async find(actor: Actor): Promise<User> {
    for (;;) {
      const user = await this.repository.findOrCreate(this.database, actor.tenantId, actor.userId);
      if (user === undefined) continue;
      this.known.set(keyOf(actor), true);
      return user;
    }
  }

  /** Makes rows for people who are named by others before they ever came themselves. */
  async ensure(db: Queryable, tenantId: string, userIds: readonly string[]): Promise<void> {
    await this.repository.ensure(db, tenantId, userIds);
  }
}

function keyOf({ tenantId, userId }: Actor): string {
  return `${tenantId}/${userId}`;
}
