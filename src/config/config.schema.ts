import { listOf } from './kinds/kind';
import { ipRange, listenAddress } from './kinds/network';
import { flag, int, matching, oneOf } from './kinds/scalars';
import { bearerToken, publicKey, secret } from './kinds/secrets';
import { httpBaseUrl, keySetUrl, origin, postgresUrl, redisUrl } from './kinds/urls';
import { defaulting, optional, required, type Variable } from './variable';

/**
 * Every environment variable the service knows. This table is the type of the settings, their check,
 * `.env.example` and `docs/configuration.md` (`npm run docs:write`). A new variable is one line here; the slice
 * that is to carry it names it in `load-config.ts`. What concerns several at once is in `config.rules.ts`.
 */
const server = {
  NODE_ENV: defaulting(oneOf('development', 'test', 'production'), 'development', {
    doc: 'What the process is run for. `production` closes what only developers need.',
  }),
  PORT: defaulting(int({ min: 0, max: 65535 }), 3000, {
    doc: 'Port of REST and Socket.IO. 0 lets the system choose a free one.',
  }),
  HOST: defaulting(listenAddress, '0.0.0.0', { doc: 'Address to listen on; `::` for IPv6 and IPv4.' }),
  CORS_ORIGINS: defaulting(listOf(origin), [], {
    doc: 'Origins whose pages may call the service, by REST and by socket. Empty: none. Clients that are not browsers are not concerned.',
    example: 'http://localhost:3000',
  }),
  TRUST_PROXY: defaulting(listOf(ipRange), [], {
    doc: 'Proxies whose `X-Forwarded-*` headers are believed. Empty: nobody, and the address of a client is that of its connection.',
  }),
  RATE_LIMIT_REQUESTS: defaulting(int({ min: 0, max: 1_000_000 }), 600, {
    doc: 'Requests and socket events of one person in 60 seconds, at all nodes together; of one address where nobody is known. 0: no limit.',
  }),
  RATE_LIMIT_MESSAGES: defaulting(int({ min: 0, max: 1_000_000 }), 50, {
    doc: 'Messages one person may send in 10 seconds, at all nodes and by both doors together. 0: no limit.',
  }),
  MAX_CONNECTIONS: defaulting(int({ min: 1, max: 1_000_000 }), 20_000, {
    doc: 'Sockets one process holds; a further one is refused.',
  }),
  MAX_CONNECTIONS_PER_USER: defaulting(int({ min: 1, max: 100_000 }), 10, {
    doc: 'Sockets one person holds, at all nodes together; a further one ends the oldest. While Redis is away, at each node.',
  }),
  DOCS_ENABLED: optional(flag, {
    doc: 'Serve Swagger UI at `/docs` and the OpenAPI document at `/docs-json`.',
    absence: 'true, but false where NODE_ENV is production',
  }),
  METRICS_PORT: optional(int({ min: 1, max: 65_535 }), {
    doc: 'A port of its own for `/metrics`, on the same address.',
    absence: 'served at `PORT`, but nowhere where NODE_ENV is production',
  }),
  LOG_LEVEL: defaulting(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), 'info', {
    doc: 'The least severe level that is logged.',
  }),
  EXTENSIONS: defaulting(listOf(matching(/^[\w@.~+/-]+$/, 'a package name or a path')), [], {
    doc: 'Modules to load at start: installed packages, or paths from the working directory that begin with `./`, `../` or `/`.',
  }),
};

const identity = {
  JWT_SECRET: defaulting(listOf(secret({ minBytes: 32 })), [], {
    doc: 'Keys of tokens signed with HS256. All are accepted: to rotate, put the new one first and drop the old one later. Make one with `openssl rand -base64 48`.',
    example: '',
  }),
  JWT_JWKS_URL: optional(keySetUrl, { doc: 'Key set (JWKS) of tokens signed with RS256, ES256 or EdDSA.' }),
  JWT_PUBLIC_KEY: optional(publicKey, {
    doc: 'The one key of tokens signed with RS256, ES256 or EdDSA. On one line, write `\\n` for its line breaks.',
  }),
  JWT_ISSUER: optional(matching(/^.+$/, 'one line of text'), {
    doc: 'The `iss` a token must carry.',
    absence: 'not checked',
  }),
  JWT_AUDIENCE: optional(matching(/^.+$/, 'one line of text'), {
    doc: 'The `aud` a token must carry.',
    absence: 'not checked',
  }),
  SERVICE_TOKEN: required(listOf(bearerToken({ minLength: 1 })), {
    doc: 'Tokens other services call us with, as `Authorization: Bearer …`. All are accepted, so that they can be rotated. Make one with `openssl rand -hex 32`.',
  }),
};

const storage = {
  DATABASE_URL: required(postgresUrl, {
    doc: 'The Postgres all nodes share.',
    example: 'postgres://chat:chat@localhost:5432/chat',
  }),
  DATABASE_POOL_SIZE: defaulting(int({ min: 1, max: 1000 }), 10, {
    doc: 'Connections one process may hold for requests. Up to eight more are kept for writing, publishing and its lease.',
  }),
  MIGRATE_ON_START: defaulting(flag, false, {
    doc: 'Bring the schema up to date at start. Safe for several nodes at once. Otherwise run `npm run migrate` before.',
    example: 'true',
  }),
  REDIS_URL: required(redisUrl, {
    doc: 'The Redis all nodes share. It holds nothing that can not be lost.',
    example: 'redis://localhost:6379',
  }),
  REDIS_KEY_PREFIX: defaulting(
    matching(
      /^[^\s*?[\]\\]{1,64}$/,
      'at most 64 characters without white space, brackets, backslash, * or ?',
    ),
    '',
    { doc: 'Put before every key and channel, so that several installations can share one Redis.' },
  ),
  EVENT_STREAM_MAX_LENGTH: defaulting(int({ min: 1_000, max: 100_000_000 }), 100_000, {
    doc: 'Events for other services that the Redis stream `chat:events` holds, roughly: about 1 KB of memory each. Older ones are cut off; `npm run outbox:replay` publishes them again.',
  }),
  OUTBOX_KEEP_HOURS: defaulting(int({ min: 1, max: 8_760 }), 72, {
    doc: 'Hours events for other services are kept after they were published, for `npm run outbox:replay`.',
  }),
  RETENTION_DAYS: defaulting(int({ min: 1, max: 3650 }), 90, {
    doc: 'Days a message can be read after it was sent.',
  }),
  DELETED_AUDIT_DAYS: defaulting(int({ min: 0, max: 3650 }), 7, {
    doc: 'Days the row of a deleted message keeps what it said, for audits. Nobody can read it through the service.',
  }),
  MESSAGE_EDIT_WINDOW_SECONDS: defaulting(int({ min: 0, max: 31_536_000 }), 900, {
    doc: 'How long after it was sent a message can be edited.',
  }),
};

const upstream = {
  KAHA_BASE_URL: required(httpBaseUrl, {
    doc: 'Where kaha-main-v3 answers; `/api/batch/profiles` is appended.',
    example: 'http://localhost:4000',
  }),
  KAHA_SERVICE_TOKEN: required(bearerToken({ minLength: 1 }), {
    doc: 'The token we call kaha-main-v3 with; kaha-main-v3 decides what it is.',
  }),
};

export const SCHEMA = { ...server, ...identity, ...storage, ...upstream };

export type VariableName = keyof typeof SCHEMA;

/** The value of each variable by its name, after all checks. */
export type Settings = {
  readonly [Name in VariableName]: (typeof SCHEMA)[Name] extends Variable<infer T> ? T : never;
};

/** The same variables as a reader of the documentation meets them. */
export const SECTIONS: readonly Section[] = [
  { title: 'Server', variables: server },
  { title: 'Identity', variables: identity },
  { title: 'Storage', variables: storage },
  { title: 'Profiles from kaha-main-v3', variables: upstream },
];

export interface Section {
  readonly title: string;
  readonly variables: Readonly<Record<string, Variable<unknown>>>;
}
