import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { GroupCommit } from '../../common/group-commit';
import { TooBusy } from '../../common/problem';
import { isBadData } from '../../database';
import type { MessageDto } from '../../message-view';
import { type Announcement, EventAnnouncer } from '../../outbox';
import { toAnnouncement, toMessage } from './appended-message';
import type { AppendOutcome, Draft, RefusedOutcome, ReplayedOutcome } from './draft';
import { MessageLog, UnwritableDraft } from './message-log.repository';
import { WritePathMetrics } from './write-path.metrics';

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
    private readonly metrics: WritePathMetrics,
  ) {
    // All go through the one queue, so that none overtakes another of its conversation that is not yet held up.
    this.group = new GroupCommit(
      (drafts) => this.commit(drafts),
      isOfOneDraft,
      LIMITS,
      (draft) => this.heldUp.get(draft.conversationId)?.add(draft),
    );
  }

  /**
   * @throws DependencyUnavailable when Postgres is away, the queue is full or the conversation stays locked.
   * Whether the message was stored is then unknown; sending it again with the same key settles it.
   */
  append(draft: Draft): Promise<WriteResult> {
    return this.metrics.follow(draft, this.takeIn(draft));
  }

  /** Whatever was taken in is committed before the connections go; more may come until the doors are shut. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.group.settled();
    await Promise.all([...this.heldUp.values()].map((queue) => queue.settled()));
    await new Promise(setImmediate); // until their senders have their answers
  }

  private async takeIn(draft: Draft): Promise<WriteResult> {
    const queue = this.heldUp.get(draft.conversationId) ?? this.group;
    if (queue.isFull || this.group.isFull) throw new TooBusy('write path');
    return this.group.add(draft);
  }

  private async commit(drafts: readonly Draft[]): Promise<(WriteResult | Promise<WriteResult>)[]> {
    const results = this.announce(drafts, await this.announcer.committed(this.log.append(drafts)));
    // At once and in their order: the next group may have more of the same conversation.
    return results.map((result, index) =>
      result.verdict === 'locked' ? this.waitFor(drafts[index] as Draft) : result,
    );
  }

  private waitFor(draft: Draft): Promise<WriteResult> {
    const { conversationId } = draft;
    const waiting = this.heldUp.get(conversationId);
    if (waiting !== undefined) return waiting.add(draft);
    const queue: GroupCommit<Draft, WriteResult> = new GroupCommit(
      async (drafts) => this.announce(drafts, await this.announcer.committed(this.log.appendWaiting(drafts))),
      isOfOneDraft,
      LIMITS,
    );
    this.heldUp.set(conversationId, queue);
    const result = queue.add(draft);
    void this.forgetWhenDrained(conversationId, queue);
    return result;
  }

  private async forgetWhenDrained(
    conversationId: string,
    queue: GroupCommit<Draft, WriteResult>,
  ): Promise<void> {
    while (queue.isBusy) await queue.drained();
    this.heldUp.delete(conversationId);
  }

  /** Tells of what is stored by now. Nothing that goes wrong here may make it look as if it were not. */
  private announce(drafts: readonly Draft[], outcomes: readonly AppendOutcome[]): WriteResult[] {
    const committed = performance.now();
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
    if (announcements.length === 0) return results;
    this.announcer.announce(announcements);
    this.metrics.announced(performance.now() - committed);
    return results;
  }
}

/** A fault of one draft by which no other was harmed: nothing is stored, and without it the rest can be. */
function isOfOneDraft(error: unknown): boolean {
  return isBadData(error) || error instanceof UnwritableDraft;
}
