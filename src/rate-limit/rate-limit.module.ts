import { Module } from '@nestjs/common';
import { RedisModule } from '../redis';
import { RateLimits } from './rate-limits';
import { SharedCounts } from './shared-counts';

@Module({
  imports: [RedisModule],
  providers: [SharedCounts, RateLimits],
  exports: [RateLimits],
})
export class RateLimitModule {}
