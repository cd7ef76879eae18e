import { HandlesInternalEvent, type InternalEventHandler } from '../../users';
import { ProfileNews } from './profile-news';
import { BUSINESS_PROFILE_UPDATED, ProfileUpdatedDto, USER_PROFILE_UPDATED } from './profile-updated.dto';

@HandlesInternalEvent()
export class UserProfileUpdatedHandler implements InternalEventHandler<ProfileUpdatedDto> {
  readonly type = USER_PROFILE_UPDATED;
  readonly shape = ProfileUpdatedDto;

  constructor(private readonly news: ProfileNews) {}

  handle(tenantId: string, { uuid }: ProfileUpdatedDto): Promise<void> {
    this.news.ofUser(tenantId, uuid);
    return Promise.resolve();
  }
}

@HandlesInternalEvent()
export class BusinessProfileUpdatedHandler implements InternalEventHandler<ProfileUpdatedDto> {
  readonly type = BUSINESS_PROFILE_UPDATED;
  readonly shape = ProfileUpdatedDto;

  constructor(private readonly news: ProfileNews) {}

  handle(tenantId: string, { uuid }: ProfileUpdatedDto): Promise<void> {
    this.news.ofBusiness(tenantId, uuid);
    return Promise.resolve();
  }
}
