/**
 * The settings of one process, read once at start. Modules are given the slice they need, by class:
 * `constructor(private readonly config: HttpConfig)`.
 */
export class HttpConfig {
  readonly port!: number;
  /** Address to listen on. */
  readonly host!: string;
  readonly corsOrigins!: readonly string[];
  /** CIDR blocks whose `X-Forwarded-*` headers are believed; empty believes nobody. */
  readonly trustProxy!: readonly string[];
  readonly docsEnabled!: boolean;
  readonly production!: boolean;
}

export class AuthConfig {
  /** HS256 keys: the first is the current one, all are accepted. Empty when tokens are verified by public key. */
  readonly jwtSecrets!: readonly string[];
  readonly jwksUrl!: string | null;
  /** PEM (SPKI). */
  readonly publicKey!: string | null;
  readonly issuer!: string | null;
  readonly audience!: string | null;
  /** Bearer values of other services, any of which is accepted. */
  readonly serviceTokens!: readonly string[];
}

export class DatabaseConfig {
  readonly url!: string;
  /** Connections this process may hold for requests. */
  readonly poolSize!: number;
  readonly migrateOnStart!: boolean;
  /** This run of this process, as the outbox and other nodes know it. */
  readonly nodeId!: string;
}

export class RedisConfig {
  readonly url!: string;
  readonly keyPrefix!: string;
}

export class EventStreamConfig {
  /** Events the Redis stream holds, roughly. */
  readonly maxLength!: number;
}

export class OutboxConfig {
  /** How long events can be published again. */
  readonly keepHours!: number;
}

export class UpstreamConfig {
  readonly baseUrl!: string;
  readonly serviceToken!: string;
}

export class MessagesConfig {
  readonly retentionDays!: number;
  /** How long the row of a deleted message keeps its content. */
  readonly deletedAuditDays!: number;
  readonly editWindowSeconds!: number;
}

/** 0 is no limit. */
export class RateLimitConfig {
  /** Requests and socket events of one person, or address, in 60 seconds. */
  readonly requests!: number;
  /** Messages of one person in 10 seconds. */
  readonly messages!: number;
}

export class RealtimeConfig {
  readonly corsOrigins!: readonly string[];
  /** Sockets one process accepts; a further one is refused. */
  readonly maxConnections!: number;
  /** Sockets one person holds at all nodes together; a further one ends the oldest. */
  readonly maxConnectionsPerUser!: number;
}

export class TelemetryConfig {
  /** Null: no port of its own. */
  readonly metricsPort!: number | null;
  readonly production!: boolean;
  readonly logLevel!: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

export class ExtensionsConfig {
  /** Module specifiers: a package name, or a path relative to the working directory. */
  readonly modules!: readonly string[];
}

export interface Config {
  readonly http: HttpConfig;
  readonly auth: AuthConfig;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  readonly eventStream: EventStreamConfig;
  readonly outbox: OutboxConfig;
  readonly upstream: UpstreamConfig;
  readonly messages: MessagesConfig;
  readonly rateLimit: RateLimitConfig;
  readonly realtime: RealtimeConfig;
  readonly telemetry: TelemetryConfig;
  readonly extensions: ExtensionsConfig;
}
