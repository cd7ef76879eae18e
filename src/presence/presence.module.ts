import { Module } from '@nestjs/common';
import { RedisModule } from '../redis';
import { BusinessPresence } from './business-presence';
import { LastSeen } from './last-seen/last-seen';
import { LastSeenWriter } from './last-seen/last-seen-writer';
import { LastSeenRepository } from './last-seen/last-seen.repository';
import { OnlineKeys } from './online-keys';
import { OwnPresence } from './own-presence';
import { PresenceNews } from './presence-news';
import { PresenceController } from './presence.controller';
import { PresenceService } from './presence.service';
import { VisiblePresence } from './visibility/visible-presence';
import { VisiblePresenceRepository } from './visibility/visible-presence.repository';

/** Who is there: said by the process that has their sockets, kept in Redis, shown to those who may know. */
@Module({
  imports: [RedisModule],
  controllers: [PresenceController],
  providers: [
    OnlineKeys,
    PresenceNews,
    OwnPresence,
    LastSeen,
    LastSeenRepository,
    LastSeenWriter,
    VisiblePresence,
    VisiblePresenceRepository,
    BusinessPresence,
    PresenceService,
  ],
  exports: [OnlineKeys, PresenceNews, OwnPresence, VisiblePresence, PresenceService],
})
export class PresenceModule {}
