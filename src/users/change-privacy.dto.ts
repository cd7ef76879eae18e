import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { MayBeAbsent } from '../common/validation';
import { LAST_SEEN_AUDIENCES, type LastSeenAudience } from './user';

/** At least one of them. */
export class ChangePrivacyDto {
  @ApiPropertyOptional({ description: 'false: others do not learn how far you have read' })
  @MayBeAbsent()
  @IsBoolean()
  readReceipts?: boolean;

  @ApiPropertyOptional({ enum: LAST_SEEN_AUDIENCES })
  @MayBeAbsent()
  @IsIn(LAST_SEEN_AUDIENCES)
  lastSeen?: LastSeenAudience;
}
