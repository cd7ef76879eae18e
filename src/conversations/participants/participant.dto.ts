import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsUuid } from '../../common/validation';
import { ConversationParams } from '../dto/conversation-params.dto';
import type { GroupRole } from './participants.service';

const ROLES: GroupRole[] = ['member', 'admin'];

export class ParticipantParams extends ConversationParams {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  userId: string;
}

export class AddParticipantDto {
  @ApiProperty({ format: 'uuid' })
  @IsUuid()
  userId: string;

  @ApiPropertyOptional({ enum: ROLES, default: 'member' })
  @IsIn(ROLES)
  role: GroupRole = 'member';
}

export class SetRoleDto {
  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES)
  role: GroupRole;
}
