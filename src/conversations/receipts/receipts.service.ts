import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { currentContext } from '../../common/request-context';
import { Database } from '../../database';
import { EventAnnouncer } from '../../outbox';
import { ConversationNotFound, MessageNotFound } from '../conversation.errors';
import { FurthestMark } from './furthest-mark';
import type { DeliveredProgressDto, ReadProgressDto } from './receipts.dto';
import { type Mark, type Progress, ReceiptsRepository } from './receipts.repository';

/** How far everybody has read, and what has reached them. Marks only ever go forward. */
@Injectable()
export class ReceiptsService {
  private readonly furthestRead = new FurthestMark<Progress>();
  private readonly furthestDelivered = new FurthestMark<Progress>();

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
    const move = (mark: Mark) => this.move('MessageRead', reader, conversationId, mark);
    // Where a message lies is only known to the statement.
    const { lastReadSeq, unreadCount } = await ('messageId' in mark
      ? move(mark)
      : this.furthestRead.move(placeOf(reader, conversationId), mark.seq, (seq) => move({ seq })));
    return { lastReadSeq, unreadCount };
  }

  /**
   * Everything up to the mark has reached one of the recipient's devices.
   *
   * @throws ConversationNotFound, DependencyUnavailable
   */
  async delivered(recipient: Actor, conversationId: string, seq: number): Promise<DeliveredProgressDto> {
    const { lastDeliveredSeq } = await this.furthestDelivered.move(
      placeOf(recipient, conversationId),
      seq,
      (seq) => this.move('MessageDelivered', recipient, conversationId, { seq }),
    );
    return { lastDeliveredSeq };
  }

  private async move(
    eventType: 'MessageRead' | 'MessageDelivered',
    actor: Actor,
    conversationId: string,
    mark: Mark,
  ): Promise<Progress> {
    const { traceId } = currentContext();
    const kind = eventType === 'MessageRead' ? 'read' : 'delivered';
    const moving = this.receipts[kind](this.database, actor, conversationId, mark, traceId);
    const progress = await this.announcer.committed(moving);
    return this.settle(eventType, actor, conversationId, progress, traceId);
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

function placeOf({ tenantId, userId }: Actor, conversationId: string): string {
  return `${tenantId} ${userId} ${conversationId}`;
}
