import { ApiProperty } from '@nestjs/swagger';
import { MessageDto } from '../../message-view';
import { Profile } from '../../profile';
import type { ConversationType, ParticipantRole } from '../conversation-row';

const ROLES: ParticipantRole[] = ['customer', 'agent', 'business', 'member', 'admin'];

export class ParticipantDto {
  @ApiProperty({ format: 'uuid' })
  userId: string;

  @ApiProperty({ enum: ROLES })
  role: ParticipantRole;

  @ApiProperty({ type: () => Profile })
  profile: Profile;

  @ApiProperty({ format: 'date-time' })
  joinedAt: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'null where this person keeps it to themselves',
  })
  lastReadSeq: number | null;

  @ApiProperty({ type: 'integer' })
  lastDeliveredSeq: number;
}

export class AssignmentDto {
  @ApiProperty({ enum: ['unassigned', 'assigned', 'on_hold', 'resolved'] })
  status: 'unassigned' | 'assigned' | 'on_hold' | 'resolved';

  @ApiProperty({ format: 'uuid', type: String, nullable: true })
  agentId: string | null;
}

/** What everybody in it sees alike: the Conversation of frames and events, without any viewer's own fields. */
export class PublicConversationDto {
  @ApiProperty({ format: 'uuid', description: 'UUIDv7' })
  id: string;

  @ApiProperty({ enum: ['direct', 'group', 'business'] })
  type: ConversationType;

  @ApiProperty({ type: 'integer', description: 'Raised by every change; the higher one is the newer state' })
  rev: number;

  @ApiProperty({ type: String, nullable: true })
  name: string | null;

  @ApiProperty({ type: String, format: 'uri', nullable: true })
  avatarUrl: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  businessId: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ format: 'date-time' })
  lastActivityAt: string;

  @ApiProperty({ type: 'integer' })
  lastSeq: number;

  @ApiProperty({ type: () => [ParticipantDto] })
  participants: ParticipantDto[];

  @ApiProperty({ type: () => MessageDto, nullable: true })
  lastMessage: MessageDto | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Disappearing messages; null: off' })
  messageTtlSeconds: number | null;

  @ApiProperty({ type: () => AssignmentDto, nullable: true, description: 'Business conversations only' })
  assignment: AssignmentDto | null;
}

/** The Conversation as one participant sees it. */
export class ConversationDto extends PublicConversationDto {
  @ApiProperty({ type: 'integer', maximum: 1000, description: '1000 means "or more"' })
  unreadCount: number;

  @ApiProperty()
  isMuted: boolean;
}

export class ConversationPageDto {
  @ApiProperty({ type: () => [ConversationDto] })
  items: ConversationDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Opaque; null on the last page' })
  nextCursor: string | null;
}
