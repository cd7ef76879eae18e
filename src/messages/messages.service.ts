import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { DomainError } from '../common/problem';
import { currentContext } from '../common/request-context';
import { MessagesConfig } from '../config';
import { ConversationNotFound } from '../conversations';
import { Database } from '../database';
import { type MessageDto, toMessageDto } from '../message-view';
import { bodyHash } from '../common/body-hash';
import { RateLimits } from '../rate-limit';
import { Blocked, IdempotencyKeyReused, MessageNotFound } from './message.errors';
import { MessagesRepository } from './messages.repository';
import { MessagePolicies } from './policies/message-policies';
import type { MessageOrigin } from './types/message-type';
import { MessageTypes } from './types/message-types';
import type { Draft, RefusedOutcome } from './write-path/draft';
import { WritePath, type WriteResult } from './write-path/write-path';

const KEY_DAYS = 8;

/** A message as its sender wants it. */
export interface SendMessage {
  readonly conversationId: string;
  readonly type?: string;
  readonly content?: string;
  readonly payload?: Record<string, unknown>;
  readonly clientMessageId?: string;
  readonly replyToId?: string;
  readonly metadata?: Record<string, unknown>;
  readonly expiresInSeconds?: number;
}

export interface Sent {
  readonly message: MessageDto;
  /** The same key and body had been sent before; nothing new was stored. */
  readonly replayed: boolean;
}

/** Sends messages: the service method behind the REST door, the socket door and every extension. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly types: MessageTypes,
    private readonly policies: MessagePolicies,
    private readonly writePath: WritePath,
    private readonly repository: MessagesRepository,
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Stores a message and returns after the commit. With a `clientMessageId`, however often and wherever the
   * same body is sent again: one message.
   *
   * @throws RateLimited, ValidationFailed, ConversationNotFound, MessageNotFound (the one replied to), Blocked,
   * IdempotencyKeyReused, MessageRefused, DependencyUnavailable
   */
  async send(actor: Actor, command: SendMessage): Promise<Sent> {
    await this.limits.message(actor);
    const origin: MessageOrigin = {
      tenantId: actor.tenantId,
      conversationId: command.conversationId,
      senderId: actor.userId,
    };
    return this.store(origin, command);
  }

  /**
   * Writes as the service itself (`senderId` null), into any conversation of the tenant: for bots, tallies,
   * notices. Give it a `clientMessageId` that follows from what it tells of, so that telling twice is harmless.
   *
   * @throws as `send`
   */
  async sendAsService(tenantId: string, command: SendMessage): Promise<Sent> {
    return this.store({ tenantId, conversationId: command.conversationId, senderId: null }, command);
  }

  /**
   * Writes as the business whose conversation it is, for the service that owns businesses.
   *
   * @throws as `send`; ConversationNotFound also where the conversation is not one of this business
   */
  async sendAsBusiness(tenantId: string, businessId: string, command: SendMessage): Promise<Sent> {
    const { conversationId } = command;
    return this.store({ tenantId, conversationId, senderId: businessId, forBusiness: true }, command);
  }

  private async store(origin: MessageOrigin, command: SendMessage): Promise<Sent> {
    const hash = command.clientMessageId === undefined ? null : hashOf(command);
    let draft: Draft;
    try {
      draft = await this.toDraft(origin, command, hash);
    } catch (refusal) {
      // What was stored once is answered alike for ever, also if a policy or type has become stricter since.
      const earlier = await this.replay(origin, command, hash);
      if (earlier !== undefined) return earlier;
      throw refusal;
    }
    return this.toSent(origin, await this.writePath.append(draft));
  }

  private async toDraft(origin: MessageOrigin, command: SendMessage, hash: Buffer | null): Promise<Draft> {
    const type = command.type ?? 'text';
    const handler = this.types.handlerOf(type, origin.senderId !== null);
    const body = await handler.prepare({ content: command.content, payload: command.payload }, origin);
    const content = this.policies.isEmpty
      ? body.content
      : await this.policies.review({ ...origin, ...body, type });
    // Whatever a handler makes is written with the drafts of others, and must not be what they fail at.
    if (typeof content !== 'string') throw new Error(`the handler of "${type}" made no text`);
    return {
      tenantId: origin.tenantId,
      conversationId: origin.conversationId,
      senderId: origin.senderId,
      forBusiness: origin.forBusiness ?? false,
      type,
      content,
      payload: body.payload,
      metadata: command.metadata ?? null,
      replyToId: command.replyToId ?? null,
      expiresInSeconds: command.expiresInSeconds ?? null,
      clientMessageId: command.clientMessageId ?? null,
      bodyHash: hash,
      traceId: currentContext().traceId,
    };
  }

  private async toSent(origin: MessageOrigin, result: WriteResult): Promise<Sent> {
    if (result.verdict === 'stored') return { message: result.message, replayed: false };
    if (result.verdict === 'replayed') return this.stored(origin, result.messageId);
    throw refusalOf(result);
  }

  private async replay(
    origin: MessageOrigin,
    command: SendMessage,
    hash: Buffer | null,
  ): Promise<Sent | undefined> {
    const { tenantId, conversationId, senderId } = origin;
    if (hash === null || command.clientMessageId === undefined) return undefined;
    const earlier = await this.repository.byKey(
      this.database,
      tenantId,
      conversationId,
      senderId,
      command.clientMessageId,
    );
    return earlier?.bodyHash.equals(hash) ? this.stored(origin, earlier.id) : undefined;
  }

  /** A message sent before, in its present state. */
  private async stored(
    { conversationId, tenantId, senderId, forBusiness }: MessageOrigin,
    messageId: string,
  ): Promise<Sent> {
    // A key is remembered for a week also where messages are kept for less.
    const retentionDays = Math.max(this.config.retentionDays, KEY_DAYS);
    if (senderId === null || forBusiness) {
      const row = await this.repository.stored(this.database, tenantId, conversationId, messageId);
      if (row === undefined) throw new MessageNotFound();
      return { message: toMessageDto(row), replayed: true };
    }
    const actor = { tenantId, userId: senderId };
    const reading = await this.repository.one(this.database, actor, conversationId, messageId, retentionDays);
    if (reading === undefined) throw new ConversationNotFound();
    const [row] = reading.rows;
    if (row === undefined) throw new MessageNotFound();
    return { message: toMessageDto(row, reading.others), replayed: true };
  }
}

/** Everything a sender decides about a message, and nothing else. */
function hashOf({
  type = 'text',
  content,
  payload,
  replyToId,
  metadata,
  expiresInSeconds,
}: SendMessage): Buffer {
  return bodyHash({ type, content, payload, replyToId, metadata, expiresInSeconds });
}

function refusalOf({ verdict }: RefusedOutcome): DomainError {
  switch (verdict) {
    case 'conversation_not_found':
      return new ConversationNotFound();
    case 'reply_not_found':
      return new MessageNotFound();
    case 'blocked':
      return new Blocked();
    case 'key_reused':
      return new IdempotencyKeyReused();
    case 'locked':
      return new DomainError('unavailable', 'The conversation is busy. Try again shortly.', {
        retryAfterSeconds: 1,
      });
  }
}
