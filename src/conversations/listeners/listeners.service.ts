import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { Database } from '../../database';
import { ConversationNotFound } from '../conversation.errors';
import { type Hearing, ListenersRepository, type Speaker } from './listeners.repository';

export type { Hearing, Speaker };

/** Who would hear somebody in a conversation now, for what is not worth being stored. */
@Injectable()
export class ListenersService {
  constructor(
    private readonly database: Database,
    private readonly repository: ListenersRepository,
  ) {}

  /**
   * @returns the other members; nobody in a direct conversation where one side blocks the other. That is no error:
   * whoever only types learns nothing of it.
   * @throws ConversationNotFound when the actor is no member; DependencyUnavailable
   */
  async of(actor: Actor, conversationId: string): Promise<readonly string[]> {
    const userIds = await this.repository.of(this.database, actor, conversationId);
    if (userIds === undefined) throw new ConversationNotFound();
    return userIds;
  }

  /**
   * Who may hear each of them now: for what was begun when it may have been others.
   *
   * @returns in the order of `speakers`.
   * @throws DependencyUnavailable
   */
  hearings(speakers: readonly Speaker[]): Promise<Hearing[]> {
    return this.repository.hearings(this.database, speakers);
  }
}
