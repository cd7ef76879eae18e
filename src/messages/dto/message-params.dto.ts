import { ApiProperty } from '@nestjs/swagger';
import { IsUuid } from '../../common/validation';
import { ConversationParams } from '../../conversations';

export class MessageParams extends ConversationParams {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  messageId: string;
}
