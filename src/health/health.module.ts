import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages';
import { ProfileModule } from '../profile';
import { RedisModule } from '../redis';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';

@Module({
  imports: [MessagesModule, ProfileModule, RedisModule],
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
