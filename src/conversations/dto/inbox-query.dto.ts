import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString } from 'class-validator';
import { IsQueryInt, MayBeAbsent } from '../../common/validation';
import type { ConversationType } from '../conversation-row';

const TYPES: ConversationType[] = ['direct', 'group', 'business'];

export class InboxQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 50 })
  @IsQueryInt(1, 100)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @MayBeAbsent()
  @IsString()
  cursor?: string;

  @ApiPropertyOptional({ enum: TYPES })
  @MayBeAbsent()
  @IsIn(TYPES)
  type?: ConversationType;
}
