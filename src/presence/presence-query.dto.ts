import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsUuidQueryList, MayBeAbsent } from '../common/validation';

/** Of each kind, in one question. */
export const MOST_ASKED = 100;

/** What the list of a question looks like in the address. */
const LIST = {
  type: String,
  isArray: true,
  format: 'uuid',
  explode: false,
  style: 'form',
  maxItems: MOST_ASKED,
} as const;

export class PresenceQuery {
  @ApiPropertyOptional(LIST)
  @MayBeAbsent()
  @IsUuidQueryList(MOST_ASKED)
  userIds?: string[];

  @ApiPropertyOptional(LIST)
  @MayBeAbsent()
  @IsUuidQueryList(MOST_ASKED)
  businessIds?: string[];
}
