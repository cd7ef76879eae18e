import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { ValidationFailed } from '../../common/problem';
import { Database } from '../../database';
import { SessionRevocationsRepository } from './session-revocations.repository';
import { ValidSessions } from './valid-sessions';

/** How far the clock of whoever revokes may be ahead of the database's. */
const LEEWAY_SECONDS = 5;

/** Refuses tokens before their time is over: after a changed password, a lost phone, an account that was closed. */
@Injectable()
export class SessionRevocations {
  constructor(
    private readonly database: Database,
    private readonly repository: SessionRevocationsRepository,
    private readonly sessions: ValidSessions,
  ) {}

  /**
   * Tokens of this person that were issued before are refused from now on: here at once, at every other node within
   * a second. Never moves back.
   *
   * @param before default now, by the database's clock.
   * @throws ValidationFailed when `before` lies in the future; DependencyUnavailable
   */
  async revoke(person: Actor, before: Date | null): Promise<void> {
    const validFrom = await this.repository.revoke(this.database, person, before, LEEWAY_SECONDS);
    if (validFrom === undefined) throw ValidationFailed.of('before', 'must not lie in the future');
    this.sessions.revoke(person, validFrom);
  }
}
