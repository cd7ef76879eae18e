export type { Announcement, ChatEvent, ChatEventType } from './chat-event';
export { type AnnouncementListener, EventAnnouncer } from './event-announcer';
export { OutboxModule } from './outbox.module';
export { OutboxRepository } from './outbox.repository';
export { type EventReaction, Reaction } from './reaction';
