import { Injectable, Logger } from '@nestjs/common';
import type { Announcement } from './chat-event';

/** Told of committed changes, in commit order per conversation. Must return at once: it runs before the sender's answer. */
export type AnnouncementListener = (announcements: readonly Announcement[]) => void;

/**
 * Tells this process of what it has just committed. The core announces, whoever delivers or reacts listens:
 * the core knows none of them. Announcing is a hint and may be lost with the process; the outbox row written
 * in the same transaction is what survives.
 */
@Injectable()
export class EventAnnouncer {
  private readonly logger = new Logger(EventAnnouncer.name);
  private readonly listeners: AnnouncementListener[] = [];

  listen(listener: AnnouncementListener): void {
    this.listeners.push(listener);
  }

  /** Call only after the COMMIT has answered. A listener that throws hurts neither the others nor the caller. */
  announce(announcements: readonly Announcement[]): void {
    if (announcements.length === 0) return;
    for (const listener of this.listeners) {
      try {
        listener(announcements);
      } catch (error) {
        this.logger.error({ msg: 'a listener failed to take an announcement', err: error });
      }
    }
  }
}
