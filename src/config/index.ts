export {
  AuthConfig,
  type Config,
  DatabaseConfig,
  EventStreamConfig,
  ExtensionsConfig,
  HttpConfig,
  MessagesConfig,
  OutboxConfig,
  RateLimitConfig,
  RealtimeConfig,
  RedisConfig,
  TelemetryConfig,
  UpstreamConfig,
} from './config';
export { ConfigError } from './config.error';
export { ConfigModule } from './config.module';
export {
  loadConfig,
  loadConfigFromEnvironment,
  loadMigrationConfigFromEnvironment,
  loadReplayConfigFromEnvironment,
  type ReplayConfig,
} from './load-config';
