import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MayBeAbsent } from '../../common/validation';

export class StreamQuery {
  @ApiPropertyOptional({
    description: '`since` of a `ready`, or `next` of a page: what changed after it comes first',
  })
  @MayBeAbsent()
  @IsString()
  since?: string;
}
