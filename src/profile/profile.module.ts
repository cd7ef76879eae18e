import { Module } from '@nestjs/common';
import { KahaProfileSource } from './kaha-profile-source';
import { PROFILE_SOURCE } from './profile-source';
import { ProfilesService } from './profiles.service';

@Module({
  providers: [
    KahaProfileSource,
    { provide: PROFILE_SOURCE, useExisting: KahaProfileSource },
    ProfilesService,
  ],
  exports: [ProfilesService, PROFILE_SOURCE],
})
export class ProfileModule {}
