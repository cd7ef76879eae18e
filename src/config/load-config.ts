import { randomUUID } from 'node:crypto';
import {
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
import type { Settings } from './config.schema';
import { type Environment, readSettings, readSome } from './read-settings';

/** `loadConfig` for the process's own environment: the one place where that is read. */
export function loadConfigFromEnvironment(): Config {
  return loadConfig(process.env);
}

export interface MigrationConfig {
  readonly databaseUrl: string;
  readonly extensions: ExtensionsConfig;
}

/** What bringing the schema up to date needs to know, and no more: it may run where no service could. */
export function loadMigrationConfigFromEnvironment(): MigrationConfig {
  const { DATABASE_URL, EXTENSIONS } = readSome(process.env, ['DATABASE_URL', 'EXTENSIONS']);
  return { databaseUrl: DATABASE_URL, extensions: slice(ExtensionsConfig, { modules: EXTENSIONS }) };
}

const OF_STORES = [
  'DATABASE_URL',
  'DATABASE_POOL_SIZE',
  'MIGRATE_ON_START',
  'REDIS_URL',
  'REDIS_KEY_PREFIX',
  'EVENT_STREAM_MAX_LENGTH',
  'OUTBOX_KEEP_HOURS',
] as const;

export type ReplayConfig = Pick<Config, 'database' | 'redis' | 'eventStream' | 'outbox'>;

/** What publishing events again needs to know: where they are and where they go. */
export function loadReplayConfigFromEnvironment(): ReplayConfig {
  return stores(readSome(process.env, OF_STORES));
}

/**
 * The configuration `env` describes, frozen throughout.
 *
 * @throws ConfigError whose message is one line, names every variable that is wrong and repeats no value.
 */
export function loadConfig(env: Environment): Config {
  const settings = readSettings(env);
  const production = settings.NODE_ENV === 'production';
  return Object.freeze<Config>({
    http: slice(HttpConfig, {
      port: settings.PORT,
      host: settings.HOST,
      corsOrigins: settings.CORS_ORIGINS,
      trustProxy: settings.TRUST_PROXY,
      docsEnabled: settings.DOCS_ENABLED ?? !production,
      production,
    }),
    auth: slice(AuthConfig, {
      jwtSecrets: settings.JWT_SECRET,
      jwksUrl: settings.JWT_JWKS_URL,
      publicKey: settings.JWT_PUBLIC_KEY,
      issuer: settings.JWT_ISSUER,
      audience: settings.JWT_AUDIENCE,
      serviceTokens: settings.SERVICE_TOKEN,
    }),
    ...stores(settings),
    upstream: slice(UpstreamConfig, {
      baseUrl: settings.KAHA_BASE_URL,
      serviceToken: settings.KAHA_SERVICE_TOKEN,
    }),
    messages: slice(MessagesConfig, {
      retentionDays: settings.RETENTION_DAYS,
      deletedAuditDays: settings.DELETED_AUDIT_DAYS,
      editWindowSeconds: settings.MESSAGE_EDIT_WINDOW_SECONDS,
    }),
    rateLimit: slice(RateLimitConfig, {
      requests: settings.RATE_LIMIT_REQUESTS,
      messages: settings.RATE_LIMIT_MESSAGES,
    }),
    realtime: slice(RealtimeConfig, {
      corsOrigins: settings.CORS_ORIGINS,
      maxConnections: settings.MAX_CONNECTIONS,
      maxConnectionsPerUser: settings.MAX_CONNECTIONS_PER_USER,
    }),
    telemetry: slice(TelemetryConfig, {
      logLevel: settings.LOG_LEVEL,
      metricsPort: settings.METRICS_PORT,
      production,
    }),
    extensions: slice(ExtensionsConfig, { modules: settings.EXTENSIONS }),
  });
}

function stores(settings: Pick<Settings, (typeof OF_STORES)[number]>): ReplayConfig {
  return {
    database: slice(DatabaseConfig, {
      url: settings.DATABASE_URL,
      poolSize: settings.DATABASE_POOL_SIZE,
      migrateOnStart: settings.MIGRATE_ON_START,
      nodeId: randomUUID(),
    }),
    redis: slice(RedisConfig, { url: settings.REDIS_URL, keyPrefix: settings.REDIS_KEY_PREFIX }),
    eventStream: slice(EventStreamConfig, { maxLength: settings.EVENT_STREAM_MAX_LENGTH }),
    outbox: slice(OutboxConfig, { keepHours: settings.OUTBOX_KEEP_HOURS }),
  };
}

/** Slices are instances, since modules ask for them by class. */
function slice<T extends object>(type: new () => T, fields: NoInfer<T>): T {
  for (const field of Object.values(fields) as unknown[]) Object.freeze(field);
  return Object.freeze(Object.assign(new type(), fields));
}
