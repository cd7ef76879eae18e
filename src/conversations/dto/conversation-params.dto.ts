import { ApiProperty } from '@nestjs/swagger';
import { IsUuid } from '../../common/validation';

export class ConversationParams {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  conversationId: string;
}
