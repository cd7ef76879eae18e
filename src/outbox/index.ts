export type { Announcement, ChatEvent, ChatEventType } from './chat-event';
export { type AnnouncementListener, EventAnnouncer } from './event-announcer';
export { OutboxModule } from './outbox.module';
export { OutboxRepository } from './outbox.repository';
export { type EventReaction, Reaction } from './reaction';
export { replayOutbox } from './replay/replay-outbox';
export type { ReplayProgress } from './replay/outbox-replay';
export { readReplayRequest, ReplayRefused } from './replay/replay-request';
