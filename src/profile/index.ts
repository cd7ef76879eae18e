export { Profile } from './profile';
export { ProfileModule } from './profile.module';
export {
  PROFILE_SOURCE,
  type ProfileIds,
  type ProfileSource,
  ProfileSourceUnavailable,
  type UpstreamProfile,
  type UpstreamProfiles,
} from './profile-source';
export { Profiles, type UnknownIds } from './profiles';
export { ProfilesService } from './profiles.service';
