import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { IsUuid, MayBeAbsent } from '../../common/validation';
import {
  IsMessageContent,
  IsMessagePayload,
  IsMessageType,
  MAX_CONTENT_CODE_POINTS,
} from '../dto/message-fields';

/** What kaha-main-v3 has to say in a conversation. */
export class InternalMessageDto {
  @ApiPropertyOptional({
    maxLength: MAX_CONTENT_CODE_POINTS,
    description: 'Plain text of at most 4,000 code points',
  })
  @IsMessageContent()
  content?: string;

  @ApiProperty({ description: '`system`; or, in the name of a business, a type that people may write' })
  @IsMessageType()
  type: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsMessagePayload()
  payload?: Record<string, unknown>;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The business whose conversation it is; absent for `system`',
  })
  @MayBeAbsent()
  @IsUuid()
  senderId?: string;

  @ApiProperty({ format: 'uuid', description: 'The idempotency key' })
  @IsUuid()
  clientMessageId: string;
}
