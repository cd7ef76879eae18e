import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { runInContext } from '../common/request-context';
import { withinTime } from '../common/time-limit';
import type { Announcement, ChatEvent } from './chat-event';
import { EventAnnouncer } from './event-announcer';
import { type EventReaction, Reaction } from './reaction';

const QUEUE_LIMIT = 1_000;
const REACTION_TIMEOUT_MS = 5_000;
const DRAIN_MS = 2_000;

/** Feeds every `@Reaction()` provider the events it asked for, each through a queue of its own. */
@Injectable()
export class ReactionRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly queues: ReactionQueue[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly announcer: EventAnnouncer,
  ) {}

  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getProviders({ metadataKey: Reaction.KEY })) {
      this.queues.push(new ReactionQueue(instance as EventReaction));
    }
    if (this.queues.length > 0)
      this.announcer.listen((announcements, again) => {
        if (!again) this.offer(announcements);
      });
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(
      this.queues.map((queue) => withinTime(DRAIN_MS, 'draining', queue.drained()).catch(() => undefined)),
    );
  }

  private offer(announcements: readonly Announcement[]): void {
    for (const queue of this.queues) for (const { event } of announcements) queue.offer(event);
  }
}

/** One reaction's events, in order, one at a time. What it fails at is logged and left behind: others must not wait. */
class ReactionQueue {
  private readonly logger = new Logger(ReactionRunner.name);
  private waiting = 0;
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly reaction: EventReaction) {}

  offer(event: ChatEvent): void {
    if (!this.reaction.eventTypes.includes(event.eventType)) return;
    if (this.waiting >= QUEUE_LIMIT) {
      this.logger.warn({
        msg: 'a reaction is too slow, an event was left out',
        reaction: this.reaction.name,
      });
      return;
    }
    this.waiting++;
    this.tail = this.tail.then(() => this.run(event));
  }

  drained(): Promise<void> {
    return this.tail;
  }

  private async run(event: ChatEvent): Promise<void> {
    try {
      await withinTime(
        REACTION_TIMEOUT_MS,
        'the reaction',
        inContextOf(event, () => this.reaction.react(event)),
      );
    } catch (err) {
      this.logger.error({
        msg: 'a reaction failed',
        reaction: this.reaction.name,
        eventType: event.eventType,
        err,
      });
    } finally {
      this.waiting--;
    }
  }
}

/** What a reaction logs and writes carries the trace of what it reacts to. */
function inContextOf<T>({ eventId, traceId }: ChatEvent, work: () => T): T {
  return runInContext({ requestId: eventId, traceId }, work);
}
