import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { currentContext } from '../../common/request-context';
import { Database } from '../../database';
import { EventAnnouncer } from '../../outbox';
import { ConversationNotFound, MessageNotFound } from '../conversation.errors';
import type { DeliveredProgressDto, ReadProgressDto } from './receipts.dto';
import { type Mark, type Progress, ReceiptsRepository } from './receipts.repository';

/** How far everybody has read, and what has reached them. Marks only ever go forward. */
@Injectable()
export class ReceiptsService {
  constructor(
    private readonly database: Database,
    private readonly receipts: ReceiptsRepository,
    private readonly announcer: EventAnnouncer,
  ) {}

  /**
   * Everything up to the mark has been read. A mark behind the last message stands for that one.
   *
   * @throws ConversationNotFound, MessageNotFound, DependencyUnavailable
   */
  async read(reader: Actor, conversationId: string, mark: Mark): Promise<ReadProgressDto> {
    const { traceId } = currentContext();
    const progress = await this.receipts.read(this.database, reader, conversationId, mark, traceId);
    const { lastReadSeq, unreadCount } = this.settle(
      'MessageRead',
      reader,
      conversationId,
      progress,
      traceId,
    );
    return { lastReadSeq, unreadCount };
  }

  /**
   * Everything up to the mark has reached one of the recipient's devices.
   *
   * @throws ConversationNotFound, DependencyUnavailable
   */
  async delivered(recipient: Actor, conversationId: string, seq: number): Promise<DeliveredProgressDto> {
    const { traceId } = currentContext();
    const progress = await this.receipts.delivered(
      this.database,
      recipient,
      conversationId,
      { seq },
      traceId,
    );
    const { lastDeliveredSeq } = this.settle(
      'MessageDelivered',
      recipient,
      conversationId,
      progress,
      traceId,
    );
    return { lastDeliveredSeq };
  }

  private settle(
    eventType: 'MessageRead' | 'MessageDelivered',
    { tenantId, userId }: Actor,
    conversationId: string,
    progress: Progress | undefined,
    traceId: string,
  ): Progress {
    if (progress === undefined) throw new ConversationNotFound();
    const { target, eventId, occurredAt, rev, audience } = progress;
    if (target === null) throw new MessageNotFound();
    if (eventId !== null && occurredAt !== null) {
      const payload = { conversationId, userId, seq: target, at: occurredAt.toISOString() };
      const envelope = { eventId, occurredAt, schemaVersion: 1, traceId, tenantId, key: conversationId, rev };
      this.announcer.announce([{ event: { ...envelope, eventType, payload }, audience, sincePreviousMs: 0 }]);
    }
    return progress;
  }
}
