import { Body, Controller, Param, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../auth';
import type { Actor } from '../../common/actor';
import { ApiProblems, ValidationFailed } from '../../common/problem';
import { ConversationDto } from '../dto/conversation.dto';
import { ConversationParams } from '../dto/conversation-params.dto';
import { ApiMemberAccess } from '../member-access.decorator';
import { ChangeDetailsDto, ChangeSettingsDto } from './details.dto';
import { DetailsService } from './details.service';

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('v1/conversations/:conversationId')
export class DetailsController {
  constructor(private readonly details: DetailsService) {}

  /** Changes a group, for its admins; in a direct conversation either side sets how long messages last. */
  @Patch()
  @ApiMemberAccess({ roles: ['admin'], notWhileBlocked: true })
  @ApiOkResponse({ type: ConversationDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 429, 503)
  change(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Body() { name, avatarUrl, messageTtlSeconds }: ChangeDetailsDto,
  ): Promise<ConversationDto> {
    const wanted = Object.fromEntries(
      Object.entries({ name, avatarUrl, messageTtlSeconds }).filter(([, value]) => value !== undefined),
    );
    if (Object.keys(wanted).length === 0) throw ValidationFailed.of('', 'says nothing to change');
    return this.details.change(actor, conversationId, wanted);
  }

  /** Your own settings of a conversation; nobody else learns of them. */
  @Patch('settings')
  @ApiOkResponse({ type: ConversationDto })
  @ApiProblems(400, 401, 404, 413, 415, 429, 503)
  settings(
    @CurrentActor() actor: Actor,
    @Param() { conversationId }: ConversationParams,
    @Body() { isMuted }: ChangeSettingsDto,
  ): Promise<ConversationDto> {
    return this.details.mute(actor, conversationId, isMuted);
  }
}
