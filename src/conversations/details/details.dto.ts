import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { IsHttpsUrl, MayBeAbsentOrNull } from '../../common/validation';
import { IsConversationName, MAX_NAME_CODE_POINTS } from '../dto/conversation-name';

const LONGEST_TTL_SECONDS = 90 * 24 * 60 * 60;

export class ChangeDetailsDto {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: MAX_NAME_CODE_POINTS })
  @MayBeAbsentOrNull()
  @IsConversationName()
  name?: string | null;

  @ApiPropertyOptional({ type: String, format: 'uri', nullable: true, maxLength: 2_048 })
  @MayBeAbsentOrNull()
  @IsHttpsUrl()
  avatarUrl?: string | null;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: LONGEST_TTL_SECONDS,
    description: 'Messages sent from now on disappear after so long; null: they stay',
  })
  @MayBeAbsentOrNull()
  @IsInt()
  @Min(1)
  @Max(LONGEST_TTL_SECONDS)
  messageTtlSeconds?: number | null;
}

export class ChangeSettingsDto {
  @ApiProperty()
  @IsBoolean()
  isMuted: boolean;
}
