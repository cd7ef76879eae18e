import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { DependencyUnavailable } from '../../common/problem';
import { isBadData } from '../../database';
import { type MessageDto, toMessageDto } from '../../message-view';
import { type Announcement, EventAnnouncer } from '../../outbox';
import type { AppendedOutcome, AppendOutcome, Draft, RefusedOutcome, ReplayedOutcome } from './draft';
import { GroupCommit } from './group-commit';
import { MessageLog, UnwritableDraft } from './message-log.repository';

/** Drafts of one commit. Larger groups gain little and make everybody in them wait longer. */
const GROUP_SIZE = 128;
/** About a second's worth of commits; who comes later is told so at once. */
const QUEUE_LIMIT = 8_192;

/** Less than any request lasts: what is committed later than that, its sender was told is not. */
const PATIENCE_MS = 3_000;

const LIMITS = { size: GROUP_SIZE, waiting: QUEUE_LIMIT, patienceMs: PATIENCE_MS };

export interface Stored {
  readonly verdict: 'stored';
  readonly message: MessageDto;
}

export type WriteResult = Stored | ReplayedOutcome | RefusedOutcome;

const LOCKED: RefusedOutcome = { verdict: 'locked' };

/**
 * The only way a message gets into a conversation. Drafts from all requests of this process are committed in
 * groups; after the COMMIT has answered they are announced, in commit order, and only then are their senders told.
 *
 * A conversation that somebody else holds locked leaves the common path: its drafts wait in a queue of their own,
 * so that it delays no other conversation and its own messages keep their order.
 */
@Injectable()
export class WritePath implements BeforeApplicationShutdown {
  private readonly logger = new Logger(WritePath.name);
  private readonly group: GroupCommit<Draft, WriteResult>;
  private readonly heldUp = new Map<string, GroupCommit<Draft, WriteResult>>();

  constructor(
    private readonly log: MessageLog,
    private readonly announcer: EventAnnouncer,
  ) {
    this.group = new GroupCommit((drafts) => this.commit(drafts), isOfOneDraft, LIMITS);
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

  /** Whatever was taken in is committed before the connections go; more may come until the doors are shut. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.group.settled();
    await Promise.resolve(); // until one that was held up is in its own queue
    await Promise.all([...this.heldUp.values()].map((queue) => queue.settled()));
    await new Promise(setImmediate); // until their senders have their answers
  }

  private async commit(drafts: readonly Draft[]): Promise<WriteResult[]> {
    // Behind those of its conversation that wait already, or it would overtake them.
    const free = drafts.filter(({ conversationId }) => !this.heldUp.has(conversationId));
    const results = free.length === 0 ? [] : this.announce(free, await this.log.append(free));
    const resultOf = new Map(free.map((draft, index) => [draft, results[index] as WriteResult]));
    return drafts.map((draft) => resultOf.get(draft) ?? LOCKED);
  }

  private async waitFor(draft: Draft): Promise<WriteResult> {
    const { conversationId } = draft;
    let queue = this.heldUp.get(conversationId);
    if (queue === undefined) {
      queue = new GroupCommit(
        async (drafts) => this.announce(drafts, await this.log.appendWaiting(drafts)),
        isOfOneDraft,
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
    while (queue.isBusy) await queue.drained();
    this.heldUp.delete(conversationId);
  }

  /** Tells of what is stored by now. Nothing that goes wrong here may make it look as if it were not. */
  private announce(drafts: readonly Draft[], outcomes: readonly AppendOutcome[]): WriteResult[] {
    const announcements: Announcement[] = [];
    const results = outcomes.map((outcome, index): WriteResult => {
      if (outcome.verdict !== 'appended') return outcome;
      const draft = drafts[index] as Draft;
      try {
        const message = toMessage(draft, outcome);
        announcements.push(toAnnouncement(draft, outcome, message));
        return { verdict: 'stored', message };
      } catch (err) {
        this.logger.error({ msg: 'a message was stored that can not be shown', type: draft.type, err });
        return { verdict: 'replayed', messageId: outcome.messageId };
      }
    });
    this.announcer.announce(announcements);
    return results;
  }
}

/** A fault of one draft by which no other was harmed: nothing is stored, and without it the rest can be. */
function isOfOneDraft(error: unknown): boolean {
  return isBadData(error) || error instanceof UnwritableDraft;
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
