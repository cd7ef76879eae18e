import { ApiProperty } from '@nestjs/swagger';
import { IsUuid } from '../../../src/common/validation';
import { ConversationParams } from '../../../src/conversations';

export class PollParams extends ConversationParams {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  pollId: string;
}
