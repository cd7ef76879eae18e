import { inspect } from 'node:util';
import { type Config, HttpConfig } from './config';
import { ConfigError } from './config.error';
import { SCHEMA } from './config.schema';
import { loadConfig, loadConfigFromEnvironment } from './load-config';
import type { Environment } from './read-settings';

const SECRET = 'a-secret-of-more-than-32-bytes-in-all';
const MINIMAL = {
  DATABASE_URL: 'postgres://chat@localhost/chat',
  REDIS_URL: 'redis://localhost',
  JWT_SECRET: SECRET,
  SERVICE_TOKEN: 'a-service-token-of-16',
  KAHA_BASE_URL: 'http://localhost:4000',
  KAHA_SERVICE_TOKEN: 'kaha',
} satisfies Environment;

describe('loadConfig', () => {
  it('fills in everything that need not be said', () => {
    expect(loadConfig(MINIMAL)).toEqual<Config>({
      http: {
        port: 3000,
        host: '0.0.0.0',
        corsOrigins: [],
        trustProxy: [],
        docsEnabled: true,
        production: false,
      },
      auth: {
        jwtSecrets: [SECRET],
        jwksUrl: null,
        publicKey: null,
        issuer: null,
        audience: null,
        serviceTokens: ['a-service-token-of-16'],
      },
      database: {
        url: 'postgres://chat@localhost/chat',
        poolSize: 10,
        migrateOnStart: false,
        nodeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      redis: { url: 'redis://localhost', keyPrefix: '' },
      eventStream: { maxLength: 100_000 },
      outbox: { keepHours: 72 },
      upstream: { baseUrl: 'http://localhost:4000', serviceToken: 'kaha' },
      messages: { retentionDays: 90, deletedAuditDays: 7, editWindowSeconds: 900 },
      rateLimit: { requests: 600, messages: 50 },
      realtime: { corsOrigins: [], maxConnections: 20_000, maxConnectionsPerUser: 10 },
      telemetry: { logLevel: 'info', metricsPort: null, production: false },
      extensions: { modules: [] },
    });
  });

  it('carries each variable to the slice that needs it', () => {
    const config = loadConfig({
      ...MINIMAL,
      JWT_SECRET: undefined,
      JWT_JWKS_URL: 'https://id.example/jwks',
      JWT_ISSUER: 'iss',
      JWT_AUDIENCE: 'aud',
      NODE_ENV: 'production',
      PORT: '8080',
      HOST: '::1',
      CORS_ORIGINS: 'https://a.example',
      TRUST_PROXY: '10.0.0.0/8',
      DATABASE_POOL_SIZE: '20',
      MIGRATE_ON_START: 'true',
      REDIS_KEY_PREFIX: 'p:',
      EVENT_STREAM_MAX_LENGTH: '5000',
      OUTBOX_KEEP_HOURS: '24',
      RETENTION_DAYS: '30',
      MAX_CONNECTIONS: '5',
      LOG_LEVEL: 'debug',
      EXTENSIONS: './bot.js',
    });
    expect(config).toMatchObject({
      http: {
        port: 8080,
        host: '::1',
        corsOrigins: ['https://a.example'],
        trustProxy: ['10.0.0.0/8'],
        docsEnabled: false,
        production: true,
      },
      auth: { jwtSecrets: [], jwksUrl: 'https://id.example/jwks', issuer: 'iss', audience: 'aud' },
      database: { poolSize: 20, migrateOnStart: true },
      redis: { keyPrefix: 'p:' },
      eventStream: { maxLength: 5_000 },
      outbox: { keepHours: 24 },
      messages: { retentionDays: 30 },
      realtime: { corsOrigins: ['https://a.example'], maxConnections: 5, maxConnectionsPerUser: 10 },
      telemetry: { logLevel: 'debug' },
      extensions: { modules: ['./bot.js'] },
    });
  });

  it('accepts the old and the new secret while they are rotated', () => {
    const { auth } = loadConfig({
      ...MINIMAL,
      JWT_SECRET: `new-${SECRET}, ${SECRET}`,
      SERVICE_TOKEN: 'new-service-token-1,old-service-token-1',
    });
    expect(auth.jwtSecrets).toEqual([`new-${SECRET}`, SECRET]);
    expect(auth.serviceTokens).toEqual(['new-service-token-1', 'old-service-token-1']);
  });

  it.each([
    ['development', undefined, true],
    ['test', undefined, true],
    ['production', undefined, false],
    ['production', 'true', true],
    ['development', 'false', false],
  ])('in %s with DOCS_ENABLED %p serves the docs: %p', (NODE_ENV, DOCS_ENABLED, served) => {
    expect(loadConfig({ ...MINIMAL, NODE_ENV, DOCS_ENABLED }).http.docsEnabled).toBe(served);
  });

  it.each(['', '   ', '\n'])('takes %j for a variable that is not set', (nothing) => {
    expect(loadConfig({ ...MINIMAL, PORT: nothing, JWT_JWKS_URL: nothing }).http.port).toBe(3000);
    expect(() => loadConfig({ ...MINIMAL, REDIS_URL: nothing })).toThrow('REDIS_URL is missing');
  });

  it('ignores white space around a value, and variables it does not know', () => {
    expect(loadConfig({ ...MINIMAL, PORT: ' 8080\n', PROT: 'x' }).http.port).toBe(8080);
  });

  it('gives slices by class, and nothing of them can be changed', () => {
    const config = loadConfig({ ...MINIMAL, CORS_ORIGINS: 'https://a.example' });
    expect(config.http).toBeInstanceOf(HttpConfig);
    expect(Object.isFrozen(config)).toBe(true);
    for (const slice of Object.values<object>({ ...config })) {
      expect(Object.isFrozen(slice)).toBe(true);
      for (const field of Object.values<unknown>({ ...slice })) expect(Object.isFrozen(field)).toBe(true);
    }
  });
});

describe('the refusal of a configuration', () => {
  it.each(['DATABASE_URL', 'REDIS_URL', 'SERVICE_TOKEN', 'KAHA_BASE_URL', 'KAHA_SERVICE_TOKEN'])(
    'names %s when it is missing',
    (name) => {
      const { message } = refusalOf({ ...MINIMAL, [name]: undefined });
      expect(message).toMatch(
        new RegExp(`^Invalid configuration: ${name} is missing and must be an? [^;\n]+$`),
      );
    },
  );

  it('says what a wrong value should have been', () => {
    expect(refusalOf({ ...MINIMAL, PORT: '70000' }).message).toBe(
      'Invalid configuration: PORT must be a whole number from 0 to 65535',
    );
  });

  it('says that there must be a key to verify tokens with', () => {
    expect(refusalOf({ ...MINIMAL, JWT_SECRET: undefined }).message).toBe(
      'Invalid configuration: exactly one of JWT_SECRET, JWT_JWKS_URL, JWT_PUBLIC_KEY must be set',
    );
  });

  it('does not take a key that is wrong for one that is missing', () => {
    expect(refusalOf({ ...MINIMAL, JWT_SECRET: 'short' }).message).toBe(
      'Invalid configuration: JWT_SECRET must be a comma-separated list, each item a secret of at least 32 bytes',
    );
  });

  it('names all that is wrong, on one line', () => {
    const { message } = refusalOf({ PORT: 'x', NODE_ENV: 'y' });
    for (const name of ['PORT', 'NODE_ENV', 'DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'KAHA_BASE_URL']) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('\n');
  });

  // Each is refused by some kinds and accepted by others; wherever it is refused, nothing may be left of it.
  const MARK = 'Zq7hunter2';
  const LEAKY = [
    MARK,
    `${MARK} `.repeat(40),
    `\n${MARK}\n${MARK}\n`,
    `${MARK},${MARK},`,
    `postgres://u:${MARK}#@db/chat`,
    `postgres://u:p@${MARK}:99999/chat`,
    `mysql://u:${MARK}@db/chat`,
    `http://u:${MARK}@host:port`,
    `redis://${MARK}:p@h/${MARK}`,
    `https://host/?${MARK}#${MARK}`,
    `-----BEGIN PUBLIC KEY-----\\n${MARK}\\n-----END PUBLIC KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----`,
    `10.0.0.0/${MARK}`,
    `%${MARK}%`,
    `${MARK}\u{1f511}`,
  ];

  it.each(Object.keys(SCHEMA))('never repeats a value of %s', (name) => {
    const refusals = LEAKY.map((value) => attempt({ ...MINIMAL, [name]: value })).filter(
      (outcome) => outcome instanceof Error,
    );
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(ConfigError);
      expect(refusal.message).toContain(name);
      expect(refusal.message).not.toContain('\n');
      // As a logger would see it: stack, cause and every other property included.
      expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain(MARK);
    }
  });
});

describe('loadConfigFromEnvironment', () => {
  const before = process.env;
  afterEach(() => {
    process.env = before;
  });

  it("reads the process's own environment", () => {
    process.env = { ...MINIMAL, PORT: '4321' };
    expect(loadConfigFromEnvironment().http.port).toBe(4321);
  });
});

function attempt(env: Environment): Config | Error {
  try {
    return loadConfig(env);
  } catch (error) {
    return error as Error;
  }
}

function refusalOf(env: Environment): Error {
  const outcome = attempt(env);
  if (!(outcome instanceof ConfigError)) throw new Error('the configuration was not refused');
  return outcome;
}
