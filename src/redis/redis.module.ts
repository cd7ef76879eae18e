import { Module } from '@nestjs/common';
import { RedisBatch } from './redis-batch';
import { RedisChannels } from './redis-channels';
import { RedisConnections } from './redis-connections';
import { RedisHealth } from './redis-health';

@Module({
  providers: [RedisConnections, RedisChannels, RedisHealth, RedisBatch],
  exports: [RedisConnections, RedisChannels, RedisHealth, RedisBatch],
})
export class RedisModule {}
