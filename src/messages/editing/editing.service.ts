import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { MessagesConfig } from '../../config';
import { type ConversationChange, ConversationChanges } from '../../conversations';
import { type AnnouncedMessage, faultInMessage, type MessageDto, toMessageDto } from '../../message-view';
import { ExpiryRepository } from '../expiry/expiry.repository';
import { HistoryService } from '../history.service';
import { MessageNotFound } from '../message.errors';
import { MessagePolicies } from '../policies/message-policies';
import { MessageTypes } from '../types/message-types';
import { EditingRepository } from './editing.repository';
import { type Changer, EDITABLE_TYPE, refusalToDelete, refusalToEdit, type Standing } from './editing.rules';

export interface MessageAddress {
  readonly conversationId: string;
  readonly messageId: string;
}

/** Changes what has been sent: the service method behind both doors. Who may do so is asked while the lock is held. */
@Injectable()
export class EditingService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly repository: EditingRepository,
    private readonly expiries: ExpiryRepository,
    private readonly history: HistoryService,
    private readonly types: MessageTypes,
    private readonly policies: MessagePolicies,
    private readonly config: MessagesConfig,
  ) {}

  /**
   * Lets a text of the actor say something else. The new content is reviewed as that of a new message is.
   *
   * @returns the message as the actor sees it.
   * @throws ValidationFailed, MessageRefused, ConversationNotFound, MessageNotFound, NotSender, Blocked,
   * MessageIsTombstone, EditWindowClosed, DependencyUnavailable
   */
  async edit(actor: Actor, address: MessageAddress, content: string): Promise<MessageDto> {
    const reviewed = await this.review(actor, address, content);
    return this.change(actor, address, async (change, message) => {
      const refusal = refusalToEdit(message, changerIn(change, actor));
      if (refusal !== undefined) throw refusal;
      const edited = await this.repository.edit(change.tx, address.messageId, change.rev + 1, reviewed);
      await record(change, 'MessageUpdated', edited);
    });
  }

  /**
   * Makes a tombstone of a message; of one that is a tombstone already, nothing.
   *
   * @returns the tombstone.
   * @throws ConversationNotFound, MessageNotFound, NotSender, DependencyUnavailable
   */
  async delete(actor: Actor, address: MessageAddress): Promise<MessageDto> {
    return this.change(actor, address, async (change, message) => {
      const refusal = refusalToDelete(message, changerIn(change, actor));
      if (refusal !== undefined) throw refusal;
      if (message.isDeleted) return;
      if (message.isExpired) return this.expire(change, address.messageId);
      const deleted = await this.repository.delete(change.tx, address.messageId, change.rev + 1);
      await record(change, 'MessageDeleted', deleted);
    });
  }

  private async change(
    actor: Actor,
    { conversationId, messageId }: MessageAddress,
    work: (change: ConversationChange, message: Standing) => Promise<void>,
  ): Promise<MessageDto> {
    const { tenantId, userId } = actor;
    return this.changes.change({ tenantId, conversationId, memberId: userId }, async (change) => {
      const message = await this.repository.standing(
        change.tx,
        actor,
        conversationId,
        messageId,
        this.config,
      );
      if (message === undefined) throw new MessageNotFound();
      await work(change, message);
      return this.history.find(actor, conversationId, messageId, change.tx);
    });
  }

  /** Before the transaction, as for what is sent: a policy may take its time. */
  private async review(actor: Actor, { conversationId }: MessageAddress, content: string): Promise<string> {
    const origin = { tenantId: actor.tenantId, conversationId, senderId: actor.userId };
    const handler = this.types.handlerOf(EDITABLE_TYPE, true);
    const body = await handler.prepare({ content, payload: undefined }, origin);
    return this.policies.review({ ...origin, ...body, type: EDITABLE_TYPE });
  }

  /** What expired before somebody deleted it has expired, and keeps nothing for an audit. */
  private async expire(change: ConversationChange, messageId: string): Promise<void> {
    for (const announcement of await this.expiries.expire(change.tx, [messageId]))
      change.include(announcement);
  }
}

function changerIn(change: ConversationChange, { userId }: Actor): Changer {
  return {
    userId,
    isAdmin: change.type === 'group' && change.hasRole(userId, 'admin'),
    isBlocked: change.isBlocked,
  };
}

async function record(
  change: ConversationChange,
  eventType: 'MessageUpdated' | 'MessageDeleted',
  { audience, ...row }: AnnouncedMessage,
): Promise<void> {
  // Nobody can be shown it: to readers it is not there.
  if (faultInMessage(row) !== undefined) throw new MessageNotFound();
  await change.record({
    eventType,
    payload: () => ({ message: toMessageDto(row) }),
    kept: { messageId: row.id },
    audience,
  });
}
