import { ApiProperty } from '@nestjs/swagger';
import { IsUuid } from '../common/validation';
import { EditMessageDto } from '../messages';

/** `edit_message`: the body of the REST call, and what is in the path there. */
export class EditMessageEventDto extends EditMessageDto {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  conversationId: string;

  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  messageId: string;
}
