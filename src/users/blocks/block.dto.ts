import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IsQueryInt, IsUuid, MayBeAbsent } from '../../common/validation';

export class BlockParams {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  userId: string;
}

export class BlocksQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 50 })
  @IsQueryInt(1, 100)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @MayBeAbsent()
  @IsString()
  cursor?: string;
}

export class BlockDto {
  @ApiProperty({ format: 'uuid' })
  userId: string;

  @ApiProperty({ format: 'date-time' })
  blockedAt: string;
}

export class BlockPageDto {
  @ApiProperty({ type: () => [BlockDto] })
  items: BlockDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Opaque; null on the last page' })
  nextCursor: string | null;
}
