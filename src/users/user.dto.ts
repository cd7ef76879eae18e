import { ApiProperty } from '@nestjs/swagger';
import { LAST_SEEN_AUDIENCES, type LastSeenAudience, type User } from './user';

export class PrivacyDto {
  @ApiProperty({ description: 'false: others do not learn how far you have read' })
  readReceipts: boolean;

  @ApiProperty({ enum: LAST_SEEN_AUDIENCES })
  lastSeen: LastSeenAudience;
}

export class UserDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ format: 'uuid' })
  tenantId: string;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: () => PrivacyDto })
  privacy: PrivacyDto;
}

export function toUserDto({ id, tenantId, createdAt, privacy }: User): UserDto {
  return { id, tenantId, createdAt: createdAt.toISOString(), privacy: { ...privacy } };
}
