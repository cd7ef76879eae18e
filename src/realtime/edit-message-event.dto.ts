import { IsUuid } from '../common/validation';
import { EditMessageDto } from '../messages';

/** `edit_message`: the body of the REST call, and what is in the path there. */
export class EditMessageEventDto extends EditMessageDto {
  @IsUuid()
  conversationId: string;

  @IsUuid()
  messageId: string;
}
