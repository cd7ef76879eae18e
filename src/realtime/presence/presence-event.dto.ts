import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize } from 'class-validator';
import { IsUuidList, MayBeAbsent } from '../../common/validation';

/** Of each kind, in one event; as many as `GET /v1/presence` takes. */
const MOST_NAMED = 100;

/** `subscribe_presence` and `unsubscribe_presence`. */
export class PresenceEventDto {
  @ApiProperty({ type: [String], format: 'uuid', maxItems: MOST_NAMED })
  @IsUuidList()
  @ArrayMaxSize(MOST_NAMED)
  userIds: string[];

  @ApiPropertyOptional({ type: [String], format: 'uuid', maxItems: MOST_NAMED })
  @MayBeAbsent()
  @IsUuidList()
  @ArrayMaxSize(MOST_NAMED)
  businessIds: string[] = [];
}
