import { IsIn } from 'class-validator';
import { IsUuid } from '../../common/validation';

export const USER_PROFILE_UPDATED = 'user.profile.updated';
export const BUSINESS_PROFILE_UPDATED = 'business.profile.updated';

/** That somebody, or a business, goes by another name or picture. Which, upstream is asked. */
export class ProfileUpdatedDto {
  @IsIn([USER_PROFILE_UPDATED, BUSINESS_PROFILE_UPDATED])
  type: typeof USER_PROFILE_UPDATED | typeof BUSINESS_PROFILE_UPDATED;

  @IsUuid()
  uuid: string;
}
