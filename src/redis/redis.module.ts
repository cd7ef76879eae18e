import { Module } from '@nestjs/common';
import { RedisChannels } from './redis-channels';
import { RedisConnections } from './redis-connections';
import { RedisHealth } from './redis-health';

@Module({
  providers: [RedisConnections, RedisChannels, RedisHealth],
  exports: [RedisConnections, RedisChannels, RedisHealth],
})
export class RedisModule {}
