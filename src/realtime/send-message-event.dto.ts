import { ApiProperty } from '@nestjs/swagger';
import { IsUuid } from '../common/validation';
import { SendMessageDto } from '../messages';

/** `send_message`: the body of the REST call, and the conversation that is in the path there. */
export class SendMessageEventDto extends SendMessageDto {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  conversationId: string;
}
