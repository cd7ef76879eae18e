import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn } from 'class-validator';
import { IsHttpsUrl, IsUuidList, MayBeAbsent } from '../../common/validation';
import { IsConversationName, MAX_NAME_CODE_POINTS } from './conversation-name';

/** Somebody may be named twice; a group's size is counted after that. */
const MOST_NAMED = 100;

export class CreateConversationDto {
  @ApiProperty({ enum: ['direct', 'group'] })
  @IsIn(['direct', 'group'])
  type: 'direct' | 'group';

  @ApiProperty({
    type: [String],
    format: 'uuid',
    minItems: 1,
    maxItems: MOST_NAMED,
    description: 'The other person; in a group the up to 7 others',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_NAMED)
  @IsUuidList()
  participantIds: string[];

  @ApiPropertyOptional({ maxLength: MAX_NAME_CODE_POINTS, description: 'Groups only' })
  @MayBeAbsent()
  @IsConversationName()
  name?: string;

  @ApiPropertyOptional({ format: 'uri', maxLength: 2_048, description: 'Groups only' })
  @MayBeAbsent()
  @IsHttpsUrl()
  avatarUrl?: string;
}
