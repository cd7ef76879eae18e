import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../../common/validation';
import { MAX_CONTENT_CODE_POINTS } from '../dto/message-fields';

/** What a text is to say from now on, at either door. */
export class EditMessageDto {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_CONTENT_CODE_POINTS,
    description: 'Plain text of 1–4,000 code points',
  })
  @IsText(1, MAX_CONTENT_CODE_POINTS)
  content: string;
}
