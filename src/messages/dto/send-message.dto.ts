import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IsOpaqueObject, IsUuid, MayBeAbsent } from '../../common/validation';
import { IsMessageContent, IsMessagePayload, IsMessageType, MAX_CONTENT_CODE_POINTS } from './message-fields';

const MAX_METADATA_BYTES = 4 * 1024;
const MAX_LIFETIME_SECONDS = 90 * 24 * 60 * 60;

/** The body of a message as clients send it, at either door. */
export class SendMessageDto {
  @ApiPropertyOptional({
    maxLength: MAX_CONTENT_CODE_POINTS,
    description: 'Plain text of 1–4,000 code points; a type other than text may do without',
  })
  @IsMessageContent()
  content?: string;

  @ApiPropertyOptional({ default: 'text' })
  @IsMessageType()
  type: string = 'text';

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'What the type asks for' })
  @IsMessagePayload()
  payload?: Record<string, unknown>;

  @ApiPropertyOptional({ format: 'uuid', description: 'The idempotency key' })
  @MayBeAbsent()
  @IsUuid()
  clientMessageId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'A message of this conversation' })
  @MayBeAbsent()
  @IsUuid()
  replyToId?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Yours; at most 4 KiB' })
  @MayBeAbsent()
  @IsOpaqueObject(MAX_METADATA_BYTES)
  metadata?: Record<string, unknown>;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIFETIME_SECONDS })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(MAX_LIFETIME_SECONDS)
  expiresInSeconds?: number;
}
