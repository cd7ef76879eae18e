import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DependencyUnavailable } from '../../common/problem';
import { isBadData } from '../../database';
import { type MessageDto, toMessageDto } from '../../message-view';
import { type Announcement, EventAnnouncer } from '../../outbox';
import type { AppendedOutcome, AppendOutcome, Draft, RefusedOutcome, ReplayedOutcome } from './draft';
import { GroupCommit } from './group-commit';
import { MessageLog } from './message-log.repository';

/** Drafts of one commit. Larger groups gain little and make everybody in them wait longer. */
const GROUP_SIZE = 128;
/** About a second's worth of commits; who comes later is told so at once. */
const QUEUE_LIMIT = 8_192;

const LIMITS = { size: GROUP_SIZE, waiting: QUEUE_LIMIT };

export interface Stored {
  readonly verdict: 'stored';
  readonly message: MessageDto;
}

export type WriteResult = Stored | ReplayedOutcome | RefusedOutcome;

/**
 * The only way a message gets into a conversation. Drafts from all requests of this process are committed in
 * groups; after the COMMIT has answered they are announced, in commit order, and only then are their senders told.
 *
 * A conversation that somebody else holds locked leaves the common path: its drafts wait in a queue of their own,
 * so that it delays no other conversation and its own messages keep their order.
 */
@Injectable()
export class WritePath implements BeforeApplicationShutdown {
  private readonly group: GroupCommit<Draft, WriteResult>;
  private readonly heldUp = new Map<string, GroupCommit<Draft, WriteResult>>();

  constructor(
    private readonly log: MessageLog,
    private readonly announcer: EventAnnouncer,
  ) {
    this.group = new GroupCommit((drafts) => this.commit(drafts), isBadData, LIMITS);
  }

  /**
   * @throws DependencyUnavailable when Postgres is away, the queue is full or the conversation stays locked.
   * Whether the message was stored is then unknown; sending it again with the same key settles it.
   */
  async append(draft: Draft): Promise<WriteResult> {
    const queue = this.heldUp.get(draft.conversationId) ?? this.group;
    if (queue.isFull) throw new DependencyUnavailable('write path');
    const result = await queue.add(draft);
    return result.verdict === 'locked' ? this.waitFor(draft) : result;
  }

  /** Whatever was taken in is committed before the connections go. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.group, ...this.heldUp.values()].map((queue) => queue.drained()));
  }

  private async commit(drafts: readonly Draft[]): Promise<WriteResult[]> {
    return this.announce(drafts, await this.log.append(drafts));
  }

  private async waitFor(draft: Draft): Promise<WriteResult> {
    const { conversationId } = draft;
    let queue = this.heldUp.get(conversationId);
    if (queue === undefined) {
      queue = new GroupCommit(
        async (drafts) => this.announce(drafts, await this.log.appendWaiting(drafts)),
        isBadData,
        LIMITS,
      );
      this.heldUp.set(conversationId, queue);
      void this.forgetWhenDrained(conversationId, queue);
    }
    return queue.add(draft);
  }

  private async forgetWhenDrained(
    conversationId: string,
    queue: GroupCommit<Draft, WriteResult>,
  ): Promise<void> {
    await Promise.resolve(); // until its first draft is in
    await queue.drained();
    this.heldUp.delete(conversationId);
  }

  private announce(drafts: readonly Draft[], outcomes: readonly AppendOutcome[]): WriteResult[] {
    const announcements: Announcement[] = [];
    const results = outcomes.map((outcome, index): WriteResult => {
      if (outcome.verdict !== 'appended') return outcome;
      const draft = drafts[index] as Draft;
      const message = toMessage(draft, outcome);
      announcements.push(toAnnouncement(draft, outcome, message));
      return { verdict: 'stored', message };
    });
    this.announcer.announce(announcements);
    return results;
  }
}

function toMessage(draft: Draft, outcome: AppendedOutcome): MessageDto {
  return toMessageDto({
    id: outcome.messageId,
    conversationId: draft.conversationId,
    seq: outcome.seq,
    rev: outcome.rev,
    senderId: draft.senderId,
    type: draft.type,
    content: draft.content,
    payload: draft.payload,
    metadata: draft.metadata,
    clientMessageId: draft.clientMessageId,
    sentAt: outcome.sentAt,
    editedAt: null,
    deletedAt: null,
    expiresAt: outcome.expiresAt,
    replyTo: outcome.replyTo,
  });
}

function toAnnouncement(draft: Draft, outcome: AppendedOutcome, message: MessageDto): Announcement {
  return {
    event: {
      eventId: outcome.eventId,
      eventType: 'MessageCreated',
      schemaVersion: 1,
      occurredAt: outcome.sentAt,
      traceId: draft.traceId,
      tenantId: draft.tenantId,
      key: draft.conversationId,
      rev: outcome.rev,
      payload: { message },
    },
    audience: outcome.audience,
    sincePreviousMs: Math.max(0, outcome.sincePreviousMs),
  };
}
