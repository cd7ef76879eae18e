import { Module } from '@nestjs/common';
import { ProfileModule } from '../../profile';
import { RedisModule } from '../../redis';
import { RealtimeModule } from '../realtime.module';
import { ProfileAudienceRepository } from './profile-audience.repository';
import { ProfileNews } from './profile-news';
import { BusinessProfileUpdatedHandler, UserProfileUpdatedHandler } from './profile-updated.handlers';

/** Who is shown to others in another way than before, and how those who see them hear of it. */
@Module({
  imports: [RealtimeModule, ProfileModule, RedisModule],
  providers: [
    ProfileAudienceRepository,
    ProfileNews,
    UserProfileUpdatedHandler,
    BusinessProfileUpdatedHandler,
  ],
})
export class ProfileNewsModule {}
