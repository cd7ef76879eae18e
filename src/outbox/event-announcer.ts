import { Injectable, Logger } from '@nestjs/common';
import { DependencyUnavailable } from '../common/problem';
import type { Announcement } from './chat-event';

/**
 * Told of committed changes, in commit order per conversation. Must return at once: it runs before the sender's answer.
 *
 * @param again they may have been told of before, by the process that made them.
 */
export type AnnouncementListener = (announcements: readonly Announcement[], again: boolean) => void;

/**
 * Tells this process of what it has just committed. The core announces, whoever delivers or reacts listens:
 * the core knows none of them. Announcing is a hint and may be lost with the process; the outbox row written
 * in the same transaction is what survives.
 */
@Injectable()
export class EventAnnouncer {
  private readonly logger = new Logger(EventAnnouncer.name);
  private readonly listeners: AnnouncementListener[] = [];
  private readonly doubters: (() => void)[] = [];

  listen(listener: AnnouncementListener): void {
    this.listeners.push(listener);
  }

  /** Call only after the COMMIT has answered. A listener that throws hurts neither the others nor the caller. */
  announce(announcements: readonly Announcement[]): void {
    this.tell(announcements, false);
  }

  /** For a process that did not live to do it, or may have done it already. */
  announceAgain(announcements: readonly Announcement[]): void {
    this.tell(announcements, true);
  }

  /** @param doubter told when this process does not know whether something was committed. */
  onDoubt(doubter: () => void): void {
    this.doubters.push(doubter);
  }

  /**
   * Waits for a commit whose events are then to be announced. Should its answer not come, and it was made all the same,
   * they will be, as soon as Postgres can be asked.
   *
   * @throws what the commit throws
   */
  async committed<Result>(commit: Promise<Result>): Promise<Result> {
    try {
      return await commit;
    } catch (error) {
      if (error instanceof DependencyUnavailable) for (const doubter of this.doubters) doubter();
      throw error;
    }
  }

  private tell(announcements: readonly Announcement[], again: boolean): void {
    if (announcements.length === 0) return;
    for (const listener of this.listeners) {
      try {
        listener(announcements, again);
      } catch (error) {
        this.logger.error({ msg: 'a listener failed to take an announcement', err: error });
      }
    }
  }
}
