export { RedisBatch } from './redis-batch';
export { RedisChannels } from './redis-channels';
export { RedisConnections } from './redis-connections';
export { RedisHealth } from './redis-health';
export { RedisLink } from './redis-link';
export { RedisModule } from './redis.module';
