import { Global, Module } from '@nestjs/common';
import { UserRegistry } from '../auth';
import { UsersController } from './users.controller';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

/** Global because whoever lets people in (`auth`) tells the registry of them. */
@Global()
@Module({
  controllers: [UsersController],
  providers: [UsersService, UsersRepository, { provide: UserRegistry, useExisting: UsersService }],
  exports: [UsersService, UserRegistry],
})
export class UsersModule {}
