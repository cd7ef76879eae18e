import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn } from 'class-validator';
import { IsUuidList } from '../../common/validation';

export class CreateConversationDto {
  @ApiProperty({ enum: ['direct'] })
  @IsIn(['direct'])
  type: 'direct';

  @ApiProperty({ type: [String], format: 'uuid', minItems: 1, maxItems: 1, description: 'The other person' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1)
  @IsUuidList()
  participantIds: string[];
}
