import { generateKeyPairSync } from 'node:crypto';
import { SCHEMA, SECTIONS, type VariableName } from './config.schema';

const S31 = 's'.repeat(31);
const S32 = 's'.repeat(32);
const T16 = 't'.repeat(16);

const spki = (key: { publicKey: { export(o: { type: 'spki'; format: 'pem' }): string | Buffer } }): string =>
  String(key.publicKey.export({ type: 'spki', format: 'pem' })).trim();
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RSA_SHORT = generateKeyPairSync('rsa', { modulusLength: 1024 });
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ED25519 = generateKeyPairSync('ed25519');
const X25519 = generateKeyPairSync('x25519');
const PRIVATE_PEM = String(P256.privateKey.export({ type: 'pkcs8', format: 'pem' })).trim();
const PKCS1_PEM = String(RSA.publicKey.export({ type: 'pkcs1', format: 'pem' })).trim();

const ACCEPTED: [VariableName, string, unknown][] = [
  ['NODE_ENV', 'production', 'production'],
  ['PORT', '0', 0],
  ['PORT', '65535', 65535],
  ['HOST', '127.0.0.1', '127.0.0.1'],
  ['HOST', '::', '::'],
  ['HOST', 'chat-1.internal', 'chat-1.internal'],
  ['CORS_ORIGINS', 'https://a.example', ['https://a.example']],
  [
    'CORS_ORIGINS',
    'https://a.example:8443 , http://localhost:3000',
    ['https://a.example:8443', 'http://localhost:3000'],
  ],
  ['CORS_ORIGINS', 'http://[::1]:3000,capacitor://localhost', ['http://[::1]:3000', 'capacitor://localhost']],
  ['TRUST_PROXY', '10.0.0.0/8', ['10.0.0.0/8']],
  ['TRUST_PROXY', '192.168.1.7, fd00::/8,::1,0.0.0.0/1', ['192.168.1.7', 'fd00::/8', '::1', '0.0.0.0/1']],
  ['RATE_LIMIT_REQUESTS', '0', 0],
  ['RATE_LIMIT_REQUESTS', '1000000', 1_000_000],
  ['RATE_LIMIT_MESSAGES', '0', 0],
  ['RATE_LIMIT_MESSAGES', '50', 50],
  ['MAX_CONNECTIONS', '1', 1],
  ['MAX_CONNECTIONS_PER_USER', '1', 1],
  ['DOCS_ENABLED', 'true', true],
  ['DOCS_ENABLED', 'false', false],
  ['METRICS_PORT', '9464', 9464],
  ['LOG_LEVEL', 'silent', 'silent'],
  ['EXTENSIONS', '@acme/chat-bot, ./dist/examples/echo.js', ['@acme/chat-bot', './dist/examples/echo.js']],
  ['JWT_SECRET', S32, [S32]],
  ['JWT_SECRET', `${S32}x, ${S32}y`, [`${S32}x`, `${S32}y`]],
  ['JWT_SECRET', 'é'.repeat(16), ['é'.repeat(16)]],
  ['JWT_JWKS_URL', 'https://id.example/jwks?p=1', 'https://id.example/jwks?p=1'],
  ['JWT_JWKS_URL', 'http://localhost:8080/jwks', 'http://localhost:8080/jwks'],
  ['JWT_JWKS_URL', 'http://127.0.0.2/jwks', 'http://127.0.0.2/jwks'],
  ['JWT_JWKS_URL', 'http://[::1]/jwks', 'http://[::1]/jwks'],
  ['JWT_PUBLIC_KEY', spki(RSA), spki(RSA)],
  ['JWT_PUBLIC_KEY', spki(P256), spki(P256)],
  ['JWT_PUBLIC_KEY', spki(ED25519).replaceAll('\n', '\\n'), spki(ED25519)],
  ['JWT_ISSUER', 'https://id.example/', 'https://id.example/'],
  ['JWT_AUDIENCE', 'chat', 'chat'],
  ['SERVICE_TOKEN', T16, [T16]],
  ['SERVICE_TOKEN', `${T16}1,${T16}2`, [`${T16}1`, `${T16}2`]],
  [
    'DATABASE_URL',
    'postgres://u:p@db:5432/chat?sslmode=require',
    'postgres://u:p@db:5432/chat?sslmode=require',
  ],
  ['DATABASE_URL', 'postgresql://u@/chat?host=/run/postgresql', 'postgresql://u@/chat?host=/run/postgresql'],
  ['DATABASE_URL', 'postgres:///chat?host=/run/postgresql', 'postgres:///chat?host=/run/postgresql'],
  ['DATABASE_POOL_SIZE', '1000', 1000],
  ['MIGRATE_ON_START', 'true', true],
  ['REDIS_URL', 'redis://localhost', 'redis://localhost'],
  ['REDIS_URL', 'rediss://:p@r.example:6380/15', 'rediss://:p@r.example:6380/15'],
  ['REDIS_KEY_PREFIX', '{chat}:', '{chat}:'],
  ['EVENT_STREAM_MAX_LENGTH', '1000000', 1_000_000],
  ['OUTBOX_KEEP_HOURS', '8760', 8_760],
  ['RETENTION_DAYS', '3650', 3650],
  ['DELETED_AUDIT_DAYS', '0', 0],
  ['MESSAGE_EDIT_WINDOW_SECONDS', '0', 0],
  ['MESSAGE_EDIT_WINDOW_SECONDS', '31536000', 31_536_000],
  ['KAHA_BASE_URL', 'http://kaha:4000/', 'http://kaha:4000'],
  ['KAHA_BASE_URL', 'https://api.example/main//', 'https://api.example/main'],
  ['KAHA_SERVICE_TOKEN', 'k,1', 'k,1'],
];

const REFUSED: [VariableName, string][] = [
  ['NODE_ENV', 'staging'],
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '3000.5'],
  ['PORT', '1e3'],
  ['PORT', '0x10'],
  ['PORT', 'http'],
  ['HOST', '256.0.0.1'],
  ['HOST', 'http://localhost'],
  ['HOST', 'localhost:3000'],
  ['HOST', '-chat'],
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'https://*.example.com'],
  ['CORS_ORIGINS', 'https://a.example/'],
  ['CORS_ORIGINS', 'https://a.example/app'],
  ['CORS_ORIGINS', 'https://a.example?x'],
  ['CORS_ORIGINS', 'https://a.example#x'],
  ['CORS_ORIGINS', 'https://u:p@a.example'],
  ['CORS_ORIGINS', 'https://A.example'],
  ['CORS_ORIGINS', 'https://a.example:443'],
  ['CORS_ORIGINS', 'a.example'],
  ['CORS_ORIGINS', 'null'],
  ['CORS_ORIGINS', 'https://a.example https://b.example'],
  ['CORS_ORIGINS', 'https://a.example,'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '1'],
  ['TRUST_PROXY', 'loopback'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['TRUST_PROXY', '10.0.0.0/'],
  ['TRUST_PROXY', '10.0.0.0/8/8'],
  ['TRUST_PROXY', '10.0.0/8'],
  ['TRUST_PROXY', '0.0.0.0/0'],
  ['TRUST_PROXY', '::/0'],
  ['TRUST_PROXY', '::1/129'],
  ['TRUST_PROXY', 'fe80::1%eth0'],
  ['TRUST_PROXY', '10.0.0.0/255.0.0.0'],
  ['TRUST_PROXY', '10.0.0.1,,10.0.0.2'],
  ['RATE_LIMIT_REQUESTS', '-1'],
  ['RATE_LIMIT_REQUESTS', 'off'],
  ['RATE_LIMIT_REQUESTS', '1000001'],
  ['RATE_LIMIT_MESSAGES', '0.5'],
  ['MAX_CONNECTIONS', '0'],
  ['MAX_CONNECTIONS_PER_USER', '0'],
  ['DOCS_ENABLED', 'yes'],
  ['DOCS_ENABLED', '1'],
  ['DOCS_ENABLED', 'TRUE'],
  ['METRICS_PORT', '0'],
  ['METRICS_PORT', '65536'],
  ['LOG_LEVEL', 'verbose'],
  ['EXTENSIONS', 'https://evil.example/x.js'],
  ['EXTENSIONS', 'data:text/javascript,1'],
  ['EXTENSIONS', './a.js,,./b.js'],
  ['JWT_SECRET', S31],
  ['JWT_SECRET', 'é'.repeat(15)],
  ['JWT_SECRET', `${S32},${S31}`],
  ['JWT_SECRET', `${S32},`],
  ['JWT_JWKS_URL', 'http://id.example/jwks'],
  ['JWT_JWKS_URL', 'http://localhost.example/jwks'],
  ['JWT_JWKS_URL', 'http://127.example/jwks'],
  ['JWT_JWKS_URL', 'https://u:p@id.example/jwks'],
  ['JWT_JWKS_URL', 'https://id.example/jwks#k'],
  ['JWT_JWKS_URL', 'file:///etc/jwks.json'],
  ['JWT_JWKS_URL', 'id.example/jwks'],
  ['JWT_PUBLIC_KEY', 'not a key'],
  ['JWT_PUBLIC_KEY', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
  ['JWT_PUBLIC_KEY', spki(RSA_SHORT)],
  ['JWT_PUBLIC_KEY', spki(P384)],
  ['JWT_PUBLIC_KEY', spki(X25519)],
  ['JWT_PUBLIC_KEY', PRIVATE_PEM],
  ['JWT_PUBLIC_KEY', PKCS1_PEM],
  ['JWT_PUBLIC_KEY', `${spki(P256)}\n${PRIVATE_PEM}`],
  ['JWT_ISSUER', 'two\nlines'],
  ['JWT_AUDIENCE', 'two\nlines'],
  ['SERVICE_TOKEN', `${T16},`],
  ['SERVICE_TOKEN', 'a token with spaces'],
  ['SERVICE_TOKEN', 'é'.repeat(16)],
  ['DATABASE_URL', 'mysql://u:p@db/chat'],
  ['DATABASE_URL', 'db:5432/chat'],
  ['DATABASE_URL', 'postgres:///chat'],
  ['DATABASE_URL', 'postgres://u:p#w@db/chat'],
  ['DATABASE_URL', 'postgres://u:p@db:99999/chat'],
  ['DATABASE_URL', 'postgres://u:p@d\nb/chat'],
  ['DATABASE_POOL_SIZE', '0'],
  ['MIGRATE_ON_START', 'on'],
  ['REDIS_URL', 'http://localhost:6379'],
  ['REDIS_URL', 'localhost:6379'],
  ['REDIS_URL', 'redis:///0'],
  ['REDIS_URL', 'redis://localhost/chat'],
  ['REDIS_KEY_PREFIX', 'chat*'],
  ['REDIS_KEY_PREFIX', 'chat [1]:'],
  ['REDIS_KEY_PREFIX', 'x'.repeat(65)],
  ['EVENT_STREAM_MAX_LENGTH', '999'],
  ['OUTBOX_KEEP_HOURS', '0'],
  ['RETENTION_DAYS', '0'],
  ['DELETED_AUDIT_DAYS', '3651'],
  ['MESSAGE_EDIT_WINDOW_SECONDS', '15m'],
  ['RETENTION_DAYS', '9'.repeat(400)],
  ['KAHA_BASE_URL', 'kaha:4000'],
  ['KAHA_BASE_URL', 'ftp://kaha'],
  ['KAHA_BASE_URL', 'http://u:p@kaha'],
  ['KAHA_BASE_URL', 'http://kaha/?x=1'],
  ['KAHA_BASE_URL', 'http://kaha/?'],
  ['KAHA_BASE_URL', 'http://kaha/#x'],
  ['KAHA_SERVICE_TOKEN', 'two words'],
  ['KAHA_SERVICE_TOKEN', 'line\nbreak'],
];

const shortened = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
const tests = <T extends [VariableName, string, ...unknown[]]>(rows: T[]) =>
  rows.map((row) => ({ title: `${row[0]} = ${shortened(row[1])}`, row }));

describe('the schema', () => {
  it.each(tests(ACCEPTED))('accepts $title', ({ row: [name, text, value] }) => {
    expect(SCHEMA[name].parse(text)).toEqual(value);
  });

  it.each(tests(REFUSED))('refuses $title', ({ row: [name, text] }) => {
    expect(SCHEMA[name].parse(text)).toBeUndefined();
  });

  it('is tried here with a good value of every variable, and a bad one', () => {
    const names = Object.keys(SCHEMA).sort();
    expect([...new Set(ACCEPTED.map(([name]) => name))].sort()).toEqual(names);
    expect([...new Set(REFUSED.map(([name]) => name))].sort()).toEqual(names);
  });

  it('is documented whole, each variable in one section', () => {
    const documented = SECTIONS.flatMap(({ variables }) => Object.keys(variables));
    expect(documented.sort()).toEqual(Object.keys(SCHEMA).sort());
  });

  it.each(Object.entries(SCHEMA))('describes %s in sentences of one line', (_name, { doc, expects }) => {
    expect(doc).toMatch(/^[A-Z].*\.$/);
    expect(expects).not.toMatch(/[\n;]/);
  });
});
