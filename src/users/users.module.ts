import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { UserRegistry } from '../auth';
import { ProfileModule } from '../profile';
import { BlocksController } from './blocks/blocks.controller';
import { BlocksRepository } from './blocks/blocks.repository';
import { BlocksService } from './blocks/blocks.service';
import { InternalEvents } from './internal-events/internal-events';
import { InternalEventsController } from './internal-events/internal-events.controller';
import { RevocationWatch } from './sessions/revocation-watch';
import { SessionRevocations } from './sessions/session-revocations.service';
import { SessionRevocationsRepository } from './sessions/session-revocations.repository';
import { SessionsRevokedHandler } from './sessions/sessions-revoked.handler';
import { ValidSessions } from './sessions/valid-sessions';
import { UsersController } from './users.controller';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';
import { VisibilityAnnouncer } from './visibility-announcer';

/** Global because whoever lets people in (`auth`) tells the registry of them. */
@Global()
@Module({
  imports: [DiscoveryModule, ProfileModule],
  controllers: [UsersController, BlocksController, InternalEventsController],
  providers: [
    UsersService,
    UsersRepository,
    { provide: UserRegistry, useExisting: UsersService },
    BlocksService,
    BlocksRepository,
    VisibilityAnnouncer,
    ValidSessions,
    SessionRevocations,
    SessionRevocationsRepository,
    RevocationWatch,
    InternalEvents,
    SessionsRevokedHandler,
  ],
  exports: [UsersService, UserRegistry, ValidSessions, VisibilityAnnouncer],
})
export class UsersModule {}
