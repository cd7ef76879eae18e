import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { InvalidCursor, openCursor, sealCursor } from '../common/cursor';
import { ValidationFailed } from '../common/problem';
import { ClusterIdentity, Database, type Queryable, type Tx } from '../database';
import { EventAnnouncer } from '../outbox';
import { type Profiles, ProfilesService } from '../profile';
import { UsersService } from '../users';
import { Blocked, ConversationNotFound, UserNotFound } from './conversation.errors';
import type { ConversationType } from './conversation-row';
import { ConversationsRepository, type DirectPair, directPair } from './conversations.repository';
import type { ConversationDto, ConversationPageDto } from './dto/conversation.dto';
import { type InboxPosition, InboxRepository } from './inbox.repository';
import { type Founded, Founding } from './opening/founding';
import { peopleIn, toConversationDto } from './to-conversation-dto';

const INBOX_CURSOR = 'inbox';

export interface InboxRequest {
  readonly limit: number;
  readonly cursor?: string;
  readonly type?: ConversationType;
}

export interface Opened {
  readonly conversation: ConversationDto;
  readonly created: boolean;
}

@Injectable()
export class ConversationsService {
  constructor(
    private readonly database: Database,
    private readonly cluster: ClusterIdentity,
    private readonly conversations: ConversationsRepository,
    private readonly inboxes: InboxRepository,
    private readonly users: UsersService,
    private readonly profiles: ProfilesService,
    private readonly founding: Founding,
    private readonly announcer: EventAnnouncer,
  ) {}

  /**
   * The conversation between two people: made now, or the one there is. There is one per unordered pair,
   * however many ask for it at once and wherever.
   *
   * @throws ValidationFailed with oneself, UserNotFound, Blocked by the other person, DependencyUnavailable
   */
  async openDirect(actor: Actor, otherId: string): Promise<Opened> {
    if (otherId === actor.userId)
      throw ValidationFailed.of('participantIds', 'must name somebody other than yourself');
    const pair = directPair(actor.tenantId, actor.userId, otherId);
    const profiles = await this.profiles.profilesFor({
      users: new Set([pair.low, pair.high]),
      businesses: new Set(),
    });

    const existing = await this.conversations.findDirect(this.database, pair);
    if (existing !== undefined) {
      await this.mustBeWelcome(this.database, actor, otherId);
      return { conversation: await this.view(actor, existing, profiles), created: false };
    }
    if (profiles.unknown.users.includes(otherId)) throw new UserNotFound();

    const made = await this.announcer.committed(
      this.database.transaction((tx) => this.createDirect(tx, pair, actor, otherId, profiles)),
    );
    if (made === undefined) {
      const winner = await this.conversations.findDirect(this.database, pair);
      if (winner === undefined) throw new Error('the pair has a conversation that can not be found');
      return { conversation: await this.view(actor, winner, profiles), created: false };
    }
    this.announcer.announce([made.announcement]);
    return { conversation: toConversationDto(made.row, actor.userId, profiles), created: true };
  }

  /** @throws ConversationNotFound */
  async find(actor: Actor, conversationId: string): Promise<ConversationDto> {
    const row = await this.inboxes.one(this.database, actor, conversationId);
    if (row === undefined) throw new ConversationNotFound();
    return toConversationDto(row, actor.userId, await this.profiles.profilesFor(peopleIn([row])));
  }

  /**
   * The actor's conversations, most recent activity first: one statement and one profile lookup a page.
   *
   * @throws InvalidCursor
   */
  async inbox(actor: Actor, { limit, cursor, type }: InboxRequest): Promise<ConversationPageDto> {
    const { cursorKey } = await this.cluster.read();
    const after =
      cursor === undefined ? undefined : toPosition(openCursor(cursorKey, INBOX_CURSOR, actor, cursor));
    const { rows, next } = await this.inboxes.page(this.database, actor, type, after, limit);
    const profiles = await this.profiles.profilesFor(peopleIn(rows));
    return {
      items: rows.map((row) => toConversationDto(row, actor.userId, profiles)),
      nextCursor:
        next === undefined
          ? null
          : sealCursor(cursorKey, INBOX_CURSOR, actor, [next.activity, next.conversationId]),
    };
  }

  private async view(actor: Actor, conversationId: string, profiles: Profiles): Promise<ConversationDto> {
    const row = await this.inboxes.one(this.database, actor, conversationId);
    if (row === undefined) throw new ConversationNotFound();
    return toConversationDto(row, actor.userId, profiles);
  }

  /** The blocker themselves may open it, to read. */
  private async mustBeWelcome(db: Queryable, actor: Actor, otherId: string): Promise<void> {
    if (await this.conversations.isBlockedBy(db, actor, otherId)) throw new Blocked();
  }

  private async createDirect(
    tx: Tx,
    pair: DirectPair,
    actor: Actor,
    otherId: string,
    profiles: Profiles,
  ): Promise<Founded | undefined> {
    await this.users.ensure(tx, pair.tenantId, [pair.low, pair.high]);
    await this.conversations.lockPairToOpen(tx, pair);
    await this.mustBeWelcome(tx, actor, otherId);
    const id = await this.conversations.createDirect(tx, pair, actor.userId);
    return id === undefined ? undefined : this.founding.record(tx, actor, id, profiles);
  }
}

function toPosition(opened: unknown): InboxPosition {
  const [activity, conversationId] = Array.isArray(opened) ? (opened as unknown[]) : [];
  if (typeof activity !== 'string' || typeof conversationId !== 'string') throw new InvalidCursor();
  return { activity, conversationId };
}
