import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { Database } from '../../database';
import { type Unread, type UnreadPair, UnreadRepository } from './unread.repository';

export type { Unread, UnreadPair };

/** How many messages people have not read, as Postgres defines it: for whoever tells them, or keeps it at hand. */
@Injectable()
export class UnreadService {
  constructor(
    private readonly database: Database,
    private readonly repository: UnreadRepository,
  ) {}

  /** @returns in any order; none for who is not in the conversation. @throws DependencyUnavailable */
  of(pairs: readonly UnreadPair[]): Promise<Unread[]> {
    return this.repository.counts(this.database, pairs);
  }

  /**
   * Their counts wherever something was committed that was not yet at `horizon`.
   *
   * @param horizon null: all their counts.
   * @throws DependencyUnavailable
   */
  changedSince(people: readonly Actor[], horizon: string | null): Promise<Unread[]> {
    return this.repository.changedSince(this.database, people, horizon);
  }

  /** A point in the order of transactions: what is committed from now on lies behind it. @throws DependencyUnavailable */
  horizon(): Promise<string> {
    return this.repository.horizon(this.database);
  }
}
