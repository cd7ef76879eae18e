import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

export const PRESENCE_STATUSES = ['online', 'offline'] as const;
export type PresenceStatus = (typeof PRESENCE_STATUSES)[number];

export class UserPresenceDto {
  @ApiProperty({ enum: PRESENCE_STATUSES })
  status: PresenceStatus;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null while online, where it is not known, and where it is not for you to know',
  })
  lastSeenAt: string | null;
}

export class BusinessPresenceDto {
  @ApiProperty({ enum: PRESENCE_STATUSES })
  status: PresenceStatus;

  @ApiProperty({ type: 'integer', minimum: 0 })
  onlineAgents: number;
}

@ApiExtraModels(UserPresenceDto, BusinessPresenceDto)
export class PresenceDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(UserPresenceDto) },
    description: 'By the ids asked for. Whom you share no conversation with is offline to you',
  })
  users: Record<string, UserPresenceDto>;

  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(BusinessPresenceDto) } })
  businesses: Record<string, BusinessPresenceDto>;
}

/** Of somebody of whom nothing is known, or nothing is to be told. */
export const UNSEEN: UserPresenceDto = { status: 'offline', lastSeenAt: null };

/** @param lastSeenAt null: never yet. */
export function toUserPresenceDto(isOnline: boolean, lastSeenAt: Date | null): UserPresenceDto {
  if (isOnline) return { status: 'online', lastSeenAt: null };
  return { status: 'offline', lastSeenAt: lastSeenAt?.toISOString() ?? null };
}
