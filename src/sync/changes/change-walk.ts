import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import {
  type ConversationRow,
  othersProgress,
  peopleIn,
  progressOf,
  toConversationDto,
} from '../../conversations';
import { ClusterIdentity } from '../../database';
import { type MessageDto, toMessageDto } from '../../message-view';
import { ProfilesService } from '../../profile';
import type { ReceiptDto, SyncPageDto } from '../sync.dto';
import { ResyncRequired } from '../sync.errors';
import type { ChangePosition, Horizon } from '../sync-token';
import { ChangedConversations } from './changed-conversations.repository';
import { type ChangedMessage, ChangedMessages } from './changed-messages.repository';
import { cutPage, type PagePart } from './cut-page';

const BEFORE_ALL: ChangePosition = { conversationId: '00000000-0000-0000-0000-000000000000' };

/** One page of what changed. */
export interface ChangePage extends Omit<SyncPageDto, 'next' | 'hasMore'> {
  /** The moment it was read at. */
  readonly now: Horizon;
  /** Where it ends; undefined at the end of all. */
  readonly position: ChangePosition | undefined;
}

/**
 * Walks what changed for somebody: their conversations by id, and in each first itself, then its messages. No place in
 * this order ever moves back, so whatever changes during the walk is met later in it, or by the next one.
 */
@Injectable()
export class ChangeWalk {
  constructor(
    private readonly cluster: ClusterIdentity,
    private readonly conversations: ChangedConversations,
    private readonly messages: ChangedMessages,
    private readonly profiles: ProfilesService,
  ) {}

  /** @throws ResyncRequired, DependencyUnavailable */
  async page(
    actor: Actor,
    known: Horizon,
    from: ChangePosition = BEFORE_ALL,
    limit: number,
  ): Promise<ChangePage> {
    const at = { id: from.conversationId, isIncluded: from.messages !== undefined };
    const changes = await this.conversations.page(actor, known, at, limit + 2);
    await this.mustBeAnswerable(changes);

    const asked = changes.conversations.flatMap((conversation) =>
      !conversation.hasLeft && conversation.hasMessages
        ? [
            {
              conversationId: conversation.id,
              hasJoined: conversation.hasJoined,
              after: conversation.id === from.conversationId ? from.messages : undefined,
            },
          ]
        : [],
    );
    const messages = asked.length === 0 ? [] : await this.messages.page(actor, known, asked, limit + 1);
    const { parts, position } = cutPage(changes.conversations, messages, from, limit);
    return { ...(await this.show(actor, parts)), now: changes.now, position };
  }

  /** Another incarnation of the data may have come while this process went on. */
  private async mustBeAnswerable({ epoch, isKept }: { epoch: string; isKept: boolean }): Promise<void> {
    if (epoch !== (await this.cluster.read()).epoch) {
      this.cluster.forget();
      throw new ResyncRequired();
    }
    if (!isKept) throw new ResyncRequired();
  }

  private async show(
    { userId }: Actor,
    parts: readonly PagePart[],
  ): Promise<Omit<ChangePage, 'now' | 'position'>> {
    const shown = parts.flatMap(({ conversation }) =>
      conversation.hasLeft || conversation.row === undefined ? [] : [conversation.row],
    );
    const profiles = await this.profiles.profilesFor(peopleIn(shown));
    const page = {
      conversations: [] as SyncPageDto['conversations'],
      messages: [] as MessageDto[],
      receipts: [] as ReceiptDto[],
      removedConversationIds: [] as string[],
    };
    for (const { conversation, isContinued, messages } of parts) {
      if (conversation.hasLeft) page.removedConversationIds.push(conversation.id);
      else if (conversation.row !== undefined) {
        const { row, isChanged, marksOf } = conversation;
        if (isChanged && !isContinued) page.conversations.push(toConversationDto(row, userId, profiles));
        if (!isContinued) page.receipts.push(...receiptsOf(row, marksOf, userId));
        page.messages.push(...messagesOf(row, messages, userId));
      }
    }
    return page;
  }
}

function receiptsOf(row: ConversationRow, marksOf: readonly string[], viewerId: string): ReceiptDto[] {
  return row.participants
    .filter(({ userId }) => marksOf.includes(userId))
    .map((participant) => ({
      conversationId: row.id,
      userId: participant.userId,
      ...progressOf(participant, viewerId),
    }));
}

function messagesOf(
  conversation: ConversationRow,
  messages: readonly ChangedMessage[],
  viewerId: string,
): MessageDto[] {
  const others = othersProgress(conversation, viewerId);
  return messages.flatMap(({ row }) =>
    row === undefined ? [] : [toMessageDto(row, row.senderId === viewerId ? others : undefined)],
  );
}
