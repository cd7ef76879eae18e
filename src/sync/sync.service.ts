import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { ClusterIdentity } from '../database';
import { ConversationsService } from '../conversations';
import { ChangeWalk } from './changes/change-walk';
import { HorizonRepository } from './horizon.repository';
import type { SyncPageDto } from './sync.dto';
import { ResyncRequired } from './sync.errors';
import { type Horizon, horizonOf, openToken, sealToken, type SyncToken } from './sync-token';

export interface SyncRequest {
  readonly since?: string;
  /** Conversations, removals and messages of a page, together: 1 to 500. */
  readonly limit: number;
}

/** Brings clients up to date: the present state of all that changed since they last asked. */
@Injectable()
export class SyncService {
  constructor(
    private readonly cluster: ClusterIdentity,
    private readonly horizons: HorizonRepository,
    private readonly conversations: ConversationsService,
    private readonly walk: ChangeWalk,
  ) {}

  /**
   * One page of what changed for `actor` since the token; without one, of their inbox.
   *
   * Two statements at most, and a lookup of profiles.
   *
   * @throws InvalidCursor for a token that is not theirs; ResyncRequired; DependencyUnavailable
   */
  async page(actor: Actor, { since, limit }: SyncRequest): Promise<SyncPageDto> {
    if (since === undefined) return this.inbox(actor, limit, await this.horizons.now());
    const token = await this.open(actor, since);
    switch (token.kind) {
      case 'inbox':
        return this.inbox(actor, limit, token.next, token.cursor);
      case 'known':
        return this.changes(actor, limit, token.known);
      case 'changes':
        return this.changes(actor, limit, token.known, token);
    }
  }

  /**
   * @returns whether a walk begins with it. Between two pages of one, what has been committed since its first is for
   * the next walk to tell.
   * @throws InvalidCursor for a token that is not theirs; whether it is too old is for `page` to say.
   */
  async recognise(actor: Actor, since: string): Promise<{ readonly begins: boolean }> {
    const { cursorKey, epoch } = await this.cluster.read();
    const token = openToken(cursorKey, epoch, actor, since);
    return { begins: token === undefined || token.kind === 'known' };
  }

  /**
   * A token for whoever knows all that was visible in a snapshot.
   *
   * @param at both from the statement that read it: `pg_current_snapshot()::text` and `now()`.
   */
  tokenAt(actor: Actor, at: { readonly snapshot: string; readonly takenAt: Date }): Promise<string> {
    return this.seal(actor, { kind: 'known', known: horizonOf(at.snapshot, at.takenAt) });
  }

  private async inbox(actor: Actor, limit: number, next: Horizon, after?: string): Promise<SyncPageDto> {
    const { items, nextCursor } = await this.conversations.inbox(actor, { limit, cursor: after });
    // A conversation that moves up while pages are read changed after the first of them, and comes with the next sync.
    const token: SyncToken =
      nextCursor === null ? { kind: 'known', known: next } : { kind: 'inbox', next, cursor: nextCursor };
    return {
      conversations: items,
      messages: [],
      receipts: [],
      removedConversationIds: [],
      next: await this.seal(actor, token),
      hasMore: nextCursor !== null,
    };
  }

  private async changes(
    actor: Actor,
    limit: number,
    known: Horizon,
    walk?: Extract<SyncToken, { kind: 'changes' }>,
  ): Promise<SyncPageDto> {
    const { now, position, ...page } = await this.walk.page(actor, known, walk?.position, limit);
    // What changes from here on is not visible at the first page, and so is told by the next sync.
    const next = walk?.next ?? now;
    const token: SyncToken =
      position === undefined ? { kind: 'known', known: next } : { kind: 'changes', known, next, position };
    return { ...page, next: await this.seal(actor, token), hasMore: position !== undefined };
  }

  private async open(actor: Actor, sealed: string): Promise<SyncToken> {
    const { cursorKey, epoch } = await this.cluster.read();
    const token = openToken(cursorKey, epoch, actor, sealed);
    if (token === undefined) throw new ResyncRequired();
    return token;
  }

  private async seal(actor: Actor, token: SyncToken): Promise<string> {
    const { cursorKey, epoch } = await this.cluster.read();
    return sealToken(cursorKey, epoch, actor, token);
  }
}
