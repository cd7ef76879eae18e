export { HandlesInternalEvent, type InternalEventHandler } from './internal-events/internal-event-handler';
export { ValidSessions } from './sessions/valid-sessions';
export type { Privacy, User } from './user';
export { UserNotFound } from './user.errors';
export { UsersModule } from './users.module';
export { UsersService } from './users.service';
export { VisibilityAnnouncer, type VisibilityChange } from './visibility-announcer';
export { VisibilityChanges } from './visibility-changes';
