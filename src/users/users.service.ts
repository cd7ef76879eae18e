import { Injectable } from '@nestjs/common';
import { Unauthenticated, UserRegistry, type VerifiedToken } from '../auth';
import type { Actor } from '../common/actor';
import { GroupCommit } from '../common/group-commit';
import { ValidationFailed } from '../common/problem';
import { Database, isOutage, type Queryable } from '../database';
import { ValidSessions } from './sessions/valid-sessions';
import type { Privacy, User } from './user';
import { UsersRepository, type UserWithSessions } from './users.repository';
import { VisibilityAnnouncer } from './visibility-announcer';
import { VisibilityChanges } from './visibility-changes';

/** In one statement: a few milliseconds of Postgres. */
const PEOPLE_AT_ONCE = 256;
/** As long as one would wait for a connection of the pool. */
const PATIENCE_MS = 2_400;

@Injectable()
export class UsersService implements UserRegistry {
  /**
   * Those who come while others are being looked up are looked up together: where thousands come at once, each with a
   * statement of their own, most would wait for a connection until it is too late.
   */
  private readonly lookups = new GroupCommit<Actor, UserWithSessions | undefined>(
    (people) => this.lookUp(people),
    (error) => !isOutage(error),
    // Bounded by who may be answered, or come in, at once.
    { size: PEOPLE_AT_ONCE, waiting: Infinity, patienceMs: PATIENCE_MS },
  );

  constructor(
    private readonly database: Database,
    private readonly repository: UsersRepository,
    private readonly sessions: ValidSessions,
    private readonly visibility: VisibilityChanges,
    private readonly announcer: VisibilityAnnouncer,
  ) {}

  /**
   * Sees to it that the person behind a token has a row, made on first sight, and that the token was not revoked.
   * Both are remembered, so that an ordinary request costs no statement.
   *
   * @throws Unauthenticated when the token was revoked.
   * @throws DependencyUnavailable when the person is new to this process and Postgres is away.
   */
  async recognise(token: VerifiedToken): Promise<void> {
    if (!this.sessions.know(token.actor)) await this.find(token.actor);
    if (!this.sessions.accept(token)) throw new Unauthenticated('The token was revoked. Sign in again.');
  }

  /** The person's row as it is now. */
  async find(actor: Actor): Promise<User> {
    for (;;) {
      const found = await this.lookups.add(actor);
      if (found === undefined) continue;
      // Rows are never deleted: that there is one can not go stale.
      this.sessions.learn(actor, found.sessionsValidFrom);
      return found.user;
    }
  }

  /**
   * What `change` leaves out stays as it is.
   *
   * @throws ValidationFailed when it changes nothing at all; DependencyUnavailable
   */
  async changePrivacy(actor: Actor, change: Partial<Privacy>): Promise<User> {
    if (change.readReceipts === undefined && change.lastSeen === undefined)
      throw ValidationFailed.of('', 'must have readReceipts or lastSeen');
    const changed = await this.database.transaction(async (tx) => {
      const user = await this.repository.changePrivacy(tx, actor, change);
      const showsElse = user !== undefined && change.readReceipts !== undefined;
      if (showsElse) await this.visibility.receiptsChange(tx, actor);
      return user;
    });
    if (change.lastSeen !== undefined) this.announcer.announce({ person: actor });
    return changed ?? this.find(actor);
  }

  /** Makes rows for people who are named by others before they ever came themselves. */
  async ensure(db: Queryable, tenantId: string, userIds: readonly string[]): Promise<void> {
    await this.repository.ensure(db, tenantId, userIds);
  }

  /** Of several, whoever has no row is given one apart: one statement for all would wait for any that is being made. */
  private async lookUp(
    people: readonly Actor[],
  ): Promise<(UserWithSessions | undefined | Promise<UserWithSessions | undefined>)[]> {
    const [one] = people;
    if (one !== undefined && people.length === 1)
      return [await this.repository.findOrCreate(this.database, one)];
    const found = await this.repository.findAll(this.database, people);
    return people.map((person, at) => found[at] ?? this.repository.findOrCreate(this.database, person));
  }
}
