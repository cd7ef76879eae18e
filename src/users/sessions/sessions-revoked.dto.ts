import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsTime, IsUuid, MayBeAbsent } from '../../common/validation';

export const SESSIONS_REVOKED = 'user.sessions.revoked';

export class SessionsRevokedDto {
  @ApiProperty({ enum: [SESSIONS_REVOKED] })
  @IsIn([SESSIONS_REVOKED])
  type: typeof SESSIONS_REVOKED;

  @ApiProperty({ format: 'uuid', description: 'The user' })
  @IsUuid()
  uuid: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Tokens issued before are refused; default now. At most 5 s ahead',
  })
  @MayBeAbsent()
  @IsTime()
  before?: string;
}
