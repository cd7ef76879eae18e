import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiProblems } from '../common/problem';
import { ChangePrivacyDto } from './change-privacy.dto';
import { toUserDto, UserDto } from './user.dto';
import { UsersService } from './users.service';

@ApiTags('users')
@ApiBearerAuth()
@Controller('v1/users/me')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /** Who you are here, and what you let others see of you. */
  @Get()
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(400, 401, 429, 503)
  async me(@CurrentActor() actor: Actor): Promise<UserDto> {
    return toUserDto(await this.users.find(actor));
  }

  /** What you let others see of you, from now on and of what was before. */
  @Patch('privacy')
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(400, 401, 413, 415, 429, 503)
  async changePrivacy(@CurrentActor() actor: Actor, @Body() change: ChangePrivacyDto): Promise<UserDto> {
    return toUserDto(await this.users.changePrivacy(actor, change));
  }
}
