import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SESSIONS_REVOKED } from '../sessions/sessions-revoked.dto';

/** All of them as the documentation shows them; what each of them must have is said by whoever handles it. */
export class InternalEventDto {
  @ApiProperty({ enum: [SESSIONS_REVOKED, 'user.profile.updated', 'business.profile.updated'] })
  type: string;

  @ApiProperty({ format: 'uuid', description: 'The user, or the business' })
  uuid: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Revoked sessions only: tokens issued before are refused; default now. At most 5 s ahead',
  })
  before?: string;
}
