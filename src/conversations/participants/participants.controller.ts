import { Body, Controller, Delete, HttpCode, HttpStatus, Param, Patch, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentActor } from '../../auth';
import type { Actor } from '../../common/actor';
import { ApiProblems } from '../../common/problem';
import { ParticipantDto } from '../dto/conversation.dto';
import { ConversationParams } from '../dto/conversation-params.dto';
import { ApiMemberAccess } from '../member-access.decorator';
import { AddParticipantDto, ParticipantParams, SetRoleDto } from './participant.dto';
import { ParticipantsService } from './participants.service';

@ApiTags('participants')
@ApiBearerAuth()
@Controller('v1/conversations/:conversationId/participants')
export class ParticipantsController {
  constructor(private readonly participants: ParticipantsService) {}

  /** Takes somebody into a group, for its admins. They read it from now on, not what was before. */
  @Post()
  @ApiMemberAccess({ roles: ['admin'], types: ['group'] })
  @ApiCreatedResponse({ type: ParticipantDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 429, 503)
  add(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Body() { userId, role }: AddParticipantDto,
  ): Promise<ParticipantDto> {
    return this.participants.add(actor, conversationId, userId, role);
  }

  /** Makes somebody an admin of a group, or a member again, for its admins. */
  @Patch(':userId')
  @ApiMemberAccess({ roles: ['admin'], types: ['group'] })
  @ApiOkResponse({ type: ParticipantDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 429, 503)
  setRole(
    @CurrentActor() actor: Actor,
    @Param() { conversationId, userId }: ParticipantParams,
    @Body() { role }: SetRoleDto,
  ): Promise<ParticipantDto> {
    return this.participants.setRole(actor, conversationId, userId, role);
  }

  /** Takes somebody out of a group, for its admins; or leaves it. */
  @Delete(':userId')
  @ApiMemberAccess({ roles: ['admin', 'self'], types: ['group'] })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 429, 503)
  remove(
    @CurrentActor() actor: Actor,
    @Param() { conversationId, userId }: ParticipantParams,
  ): Promise<void> {
    return this.participants.remove(actor, conversationId, userId);
  }
}
