import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsQueryInt, MayBeAbsent } from '../../common/validation';

/** Past it lies nothing that paging by `before` would not reach better. */
const MAX_OFFSET = 100_000;

export class HistoryQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 50 })
  @IsQueryInt(1, 100)
  limit: number = 50;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Messages with a lower seq' })
  @MayBeAbsent()
  @IsQueryInt(0, Number.MAX_SAFE_INTEGER)
  before?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Messages with a higher seq' })
  @MayBeAbsent()
  @IsQueryInt(0, Number.MAX_SAFE_INTEGER)
  after?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: MAX_OFFSET,
    description: 'How many of the newest to skip',
  })
  @MayBeAbsent()
  @IsQueryInt(0, MAX_OFFSET)
  offset?: number;
}
