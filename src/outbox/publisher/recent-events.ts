import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Announcement } from '../chat-event';
import { EventAnnouncer } from '../event-announcer';

/** A second or two of a busy node. */
const REMEMBERED_EVENTS = 10_000;

/** What this process has just announced, so that it need not be read again to be published. */
@Injectable()
export class RecentEvents implements OnModuleInit {
  private readonly announced = new LRUCache<string, Announcement>({ max: REMEMBERED_EVENTS });
  private wake: () => void = () => undefined;

  constructor(private readonly announcer: EventAnnouncer) {}

  onModuleInit(): void {
    this.announcer.listen((announcements, again) => {
      if (again) return;
      for (const announcement of announcements) this.announced.set(announcement.event.eventId, announcement);
      this.wake();
    });
  }

  /** @param wake called whenever there is something to publish. */
  onAnnounced(wake: () => void): void {
    this.wake = wake;
  }

  /** Each is handed out once: published, it is not asked for again. */
  take(eventId: string): Announcement | undefined {
    const announcement = this.announced.peek(eventId);
    if (announcement !== undefined) this.announced.delete(eventId);
    return announcement;
  }
}
