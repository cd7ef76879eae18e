import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IsUuid, MayBeAbsent } from '../../common/validation';

export class MarkReadDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'The last one read; or `messageId`' })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  seq?: number;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUuid()
  messageId?: string;
}

export class MarkDeliveredDto {
  @ApiProperty({ type: 'integer', minimum: 0 })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  seq: number;
}

export class ReadProgressDto {
  @ApiProperty({ type: 'integer' })
  lastReadSeq: number;

  @ApiProperty({ type: 'integer', maximum: 1000, description: '1000 means "or more"' })
  unreadCount: number;
}

export class DeliveredProgressDto {
  @ApiProperty({ type: 'integer' })
  lastDeliveredSeq: number;
}
