import { ApiProperty } from '@nestjs/swagger';
import { placeholderBusinessName, placeholderUserName } from './placeholder-name';
import type { UpstreamProfile } from './profile-source';

/** How a person or a business is shown to others. */
export class Profile {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ description: 'Never empty: `User 1a2b` or `Business 1a2b` where no name is known.' })
  readonly name!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    maxLength: 2048,
    nullable: true,
    description: '`https:` only.',
  })
  readonly avatarUrl!: string | null;

  @ApiProperty({
    description: 'The owner of profiles can not be reached: this is an old value or a placeholder.',
  })
  readonly stale!: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the owner of profiles last vouched for this; null for a placeholder.',
  })
  readonly asOf!: string | null;
}

/** What upstream said at `asOf`. */
export function freshProfile({ id, name, avatarUrl }: UpstreamProfile, asOf: Date): Profile {
  return { id, name, avatarUrl, stale: false, asOf: asOf.toISOString() };
}

/** A person of whom nothing can be learnt at the moment. */
export function placeholderUser(id: string): Profile {
  return { id, name: placeholderUserName(id), avatarUrl: null, stale: true, asOf: null };
}

/** A business of which nothing can be learnt at the moment. */
export function placeholderBusiness(id: string): Profile {
  return { id, name: placeholderBusinessName(id), avatarUrl: null, stale: true, asOf: null };
}

/** A person whom upstream, asked at `asOf`, does not know: a deleted account, say. Not stale, for it is the truth. */
export function unknownUser(id: string, asOf: Date): Profile {
  return { ...placeholderUser(id), stale: false, asOf: asOf.toISOString() };
}

/** A business which upstream, asked at `asOf`, does not know. */
export function unknownBusiness(id: string, asOf: Date): Profile {
  return { ...placeholderBusiness(id), stale: false, asOf: asOf.toISOString() };
}
