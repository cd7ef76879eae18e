import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth';
import type { Actor } from '../common/actor';
import { ApiProblems } from '../common/problem';
import { toUserDto, UserDto } from './user.dto';
import { UsersService } from './users.service';

@ApiTags('users')
@ApiBearerAuth()
@Controller('v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /** Who you are here, and what you let others see of you. */
  @Get('me')
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(401, 503)
  async me(@CurrentActor() actor: Actor): Promise<UserDto> {
    return toUserDto(await this.users.find(actor));
  }
}
