import { ApiProperty } from '@nestjs/swagger';
import { IsUuid } from '../common/validation';
import { MarkDeliveredDto } from '../conversations';

/** `mark_as_read` and `mark_as_delivered`: how far, and the conversation that is in the path of the REST calls. */
export class MarkEventDto extends MarkDeliveredDto {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  conversationId: string;
}
