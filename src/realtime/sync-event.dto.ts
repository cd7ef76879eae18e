import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../common/validation';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../sync';

/** `sync`: the query of the REST call. */
export class SyncEventDto {
  @ApiProperty({ description: 'The `next` of the page before, or the `since` of `ready`' })
  @IsString()
  since: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit?: number;
}
