import { loadConfig, type Config } from '../../src/config';

/**
 * The configuration of parts of the service on this database, for tests without Redis and upstream: nobody listens
 * where they should be.
 *
 * @param settings besides, as in the environment
 */
export function configOn(databaseUrl: string, settings: Readonly<Record<string, string>> = {}): Config {
  const secret = 'x'.repeat(32);
  return loadConfig({
    JWT_SECRET: secret,
    SERVICE_TOKEN: secret,
    KAHA_SERVICE_TOKEN: secret,
    DATABASE_URL: databaseUrl,
    REDIS_URL: 'redis://127.0.0.1',
    KAHA_BASE_URL: 'http://127.0.0.1',
    ...settings,
  });
}
