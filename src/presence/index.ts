export { OnlineKeys, ONLINE_SECONDS } from './online-keys';
export { OwnPresence } from './own-presence';
export { BEAT_MS } from './people-here';
export { PresenceNews } from './presence-news';
export { PresenceDto, type PresenceStatus, toUserPresenceDto, type UserPresenceDto } from './presence.dto';
export { PresenceModule } from './presence.module';
export { type PresenceQuestion, PresenceService } from './presence.service';
export { type Look } from './visibility/visible-presence.repository';
export { VisiblePresence } from './visibility/visible-presence';
