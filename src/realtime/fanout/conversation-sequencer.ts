import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { withinTime } from '../../common/time-limit';
import type { Announcement } from '../../outbox';
import { ConversationQueue, type Gap } from './conversation-queue';
import { type Delivery, deliveryOf } from './delivery';
import { PassedOver } from './passed-over';
import { Removals } from './removals';

/** How long a change waits for the one before it, which may come from another node. */
const HOLD_MS = 200;
const READ_WITHIN_MS = 2_000;

/** Conversations whose position is remembered; some 150 bytes each. */
const REMEMBERED_CONVERSATIONS = 50_000;
/** A wider gap is no late frame: there clients do better to sync. */
const WIDEST_GAP = 200;
/** Changes of one conversation that wait at once, and reads of gaps at once. Beyond, nobody waits any more. */
const MOST_HELD = 500;
const MOST_READS = 8;

/** Where the truth can be asked for what did not arrive. */
export interface MissedEvents {
  /** Ascending by revision; what was no event, or is not to be read any more, is not in it. */
  announcementsBetween(
    tenantId: string,
    conversationId: string,
    afterRev: number,
    beforeRev: number,
  ): Promise<readonly Announcement[]>;
}

/** Where changes go once it is their turn. */
export interface Outlet {
  deliver(delivery: Delivery): void;
  /** For what follows from it, besides that it is heard: it came too late to be. */
  deliverLate(delivery: Delivery): void;
  /** Whether anybody here would hear it. */
  include(tenantId: string, userIds: readonly string[]): boolean;
  /** Tells these people that something may have passed them by. */
  missed(tenantId: string, userIds: readonly string[]): void;
}

interface Waiting {
  readonly queue: ConversationQueue;
  timer?: NodeJS.Timeout;
}

/**
 * Lets the changes of each conversation out in the order of their revisions, wherever they come from. One whose
 * forerunner is not here waits a moment for it; then the gap is read from the database.
 */
export class ConversationSequencer implements OnApplicationShutdown {
  private readonly logger = new Logger(ConversationSequencer.name);
  private readonly positions = new LRUCache<string, number>({ max: REMEMBERED_CONVERSATIONS });
  private readonly waiting = new Map<string, Waiting>();
  private readonly passedOver = new PassedOver();
  private readonly removals = new Removals();
  private reads = 0;
  private stopped = false;

  constructor(
    private readonly missedEvents: MissedEvents,
    private readonly outlet: Outlet,
  ) {}

  accept(delivery: Delivery): void {
    if (this.stopped) return;
    if (!delivery.ordered) return this.letOut([this.removals.without(delivery)]);
    const id = delivery.conversationId;
    const told = this.passedOver.take(id, delivery.rev);
    if (told !== undefined) return this.comeLate(delivery, told);
    const known = this.waiting.get(id);
    const queue = known?.queue ?? new ConversationQueue(this.positions.get(id));
    this.advance(id, queue, queue.accept(delivery));
    if (known === undefined && queue.isWaiting) this.hold(id, queue);
    else if (known !== undefined && !queue.isWaiting) this.forget(id, known);
    else if (known !== undefined && queue.size > MOST_HELD) this.giveUp(id, known);
  }

  /** Whether this change, or a later one of the conversation, was let out already. */
  hasHeard({ ordered, conversationId, rev }: Delivery): boolean {
    const isPast = ordered && rev <= (this.positions.peek(conversationId) ?? -1);
    return isPast && !this.passedOver.has(conversationId, rev);
  }

  /** The sockets are closed by now: nothing waits any more, and nothing is let out. */
  onApplicationShutdown(): void {
    this.stopped = true;
    for (const [id, waiting] of this.waiting) this.forget(id, waiting);
  }

  private hold(id: string, queue: ConversationQueue): void {
    const waiting: Waiting = { queue };
    waiting.timer = setTimeout(() => {
      this.fill(id, waiting).catch((err: unknown) => {
        this.logger.error({ msg: 'a gap could not be filled', conversationId: id, err });
      });
    }, HOLD_MS);
    this.waiting.set(id, waiting);
  }

  private forget(id: string, waiting: Waiting): void {
    clearTimeout(waiting.timer);
    this.waiting.delete(id);
  }

  private async fill(id: string, waiting: Waiting): Promise<void> {
    const gap = waiting.queue.gap();
    const found = await this.read(id, waiting.queue, gap);
    // While it was read everything may have arrived, or have been given up.
    if (this.waiting.get(id) !== waiting) return;
    if (found === undefined) this.giveUp(id, waiting);
    else this.settle(id, waiting, gap, found);
  }

  /** @returns undefined when the gap can not be read, or is not worth it. */
  private async read(
    conversationId: string,
    { waiting }: ConversationQueue,
    { afterRev, beforeRev }: Gap,
  ): Promise<Delivery[] | undefined> {
    const { tenantId, userIds } = audienceOf(waiting);
    if (!this.outlet.include(tenantId, userIds)) return [];
    if (beforeRev - afterRev > WIDEST_GAP || this.reads >= MOST_READS) return undefined;
    this.reads++;
    try {
      const reading = this.missedEvents.announcementsBetween(tenantId, conversationId, afterRev, beforeRev);
      return (await withinTime(READ_WITHIN_MS, 'reading a gap', reading)).map(deliveryOf);
    } catch (err) {
      this.logger.warn({ msg: 'a gap could not be read', conversationId, afterRev, beforeRev, err });
      return undefined;
    } finally {
      this.reads--;
    }
  }

  /** What is here goes out, and whoever hears it is told that there was more. */
  private giveUp(id: string, waiting: Waiting): void {
    const { tenantId, userIds } = audienceOf(waiting.queue.waiting);
    this.settle(id, waiting, waiting.queue.gap(), [], userIds);
    this.outlet.missed(tenantId, userIds);
  }

  private settle(
    id: string,
    waiting: Waiting,
    gap: Gap,
    found: readonly Delivery[],
    told: readonly string[] = [],
  ): void {
    this.forget(id, waiting);
    this.passedOver.add(id, waiting.queue.missing(gap, found, WIDEST_GAP), told);
    this.advance(id, waiting.queue, waiting.queue.settle(gap, found));
    if (waiting.queue.isWaiting) this.hold(id, waiting.queue);
  }

  private advance(id: string, queue: ConversationQueue, deliveries: readonly Delivery[]): void {
    if (queue.position !== undefined) this.positions.set(id, queue.position);
    this.letOut(deliveries);
  }

  /** Its turn is over. Those whom it concerns can not hear it any more, but know that there was something. */
  private comeLate(delivery: Delivery, told: readonly string[]): void {
    this.removals.note(delivery);
    const { tenantId, audience } = delivery;
    if (!this.outlet.include(tenantId, audience)) return;
    const untold = audience.filter((userId) => !told.includes(userId));
    this.outlet.missed(tenantId, untold);
    this.outlet.deliverLate(delivery);
  }

  private letOut(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.removals.note(delivery);
      try {
        this.outlet.deliver(delivery);
      } catch (err) {
        this.logger.error({
          msg: 'a change could not be delivered',
          conversationId: delivery.conversationId,
          rev: delivery.rev,
          err,
        });
      }
    }
  }
}

function audienceOf(deliveries: readonly Delivery[]): { tenantId: string; userIds: string[] } {
  return {
    tenantId: deliveries[0]?.tenantId ?? '',
    userIds: [...new Set(deliveries.flatMap(({ audience }) => audience))],
  };
}
