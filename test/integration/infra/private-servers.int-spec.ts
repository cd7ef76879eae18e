import { Redis } from 'ioredis';
import { Client } from 'pg';
import { holdServers, releaseServers } from '../../support/infra/held-servers';
import { fileGone, processGone } from '../../support/infra/processes';

/** The servers of `npm run quickstart`, `npm run demo` and `npm test`. */
describe('private servers', () => {
  afterEach(releaseServers);

  it('end with the process that started them when it is killed, and their folder goes too', async () => {
    const servers = await holdServers('fast');
    servers.killHolder();
    const { postgres, redis, folder } = servers;
    await Promise.all([processGone(postgres.pid), processGone(redis.pid), fileGone(folder)]);
  });

  it('can be had several times at once', async () => {
    const [one, other] = await Promise.all([holdServers('fast'), holdServers('fast')]);
    await query(one.postgres.url, 'CREATE TABLE only_here ()');
    const [found] = await query(other.postgres.url, "SELECT to_regclass('only_here')::text AS there");
    expect(found).toEqual({ there: null });
  });

  it('lose nothing that was committed when they are durable', async () => {
    const { postgres } = await holdServers('durable');
    const settings = await query(
      postgres.url,
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
    );
    expect(settings.map(({ setting }) => setting)).toEqual(['on', 'on', 'on']);
  });

  it('let nobody in who has not the password', async () => {
    const { postgres, redis } = await holdServers('fast');
    await expect(query(withPassword('wrong', postgres.url), 'SELECT 1')).rejects.toThrow(/password/);
    await expect(ping(withPassword('', redis.url))).rejects.toThrow(/NOAUTH/);
    expect(await ping(redis.url)).toBe('PONG');
  });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function ping(url: string): Promise<string> {
  const client = new Redis(url);
  client.on('error', () => {}); // told by the command too
  try {
    return await client.ping();
  } finally {
    client.disconnect();
  }
}

function withPassword(password: string, url: string): string {
  const changed = new URL(url);
  changed.password = password;
  return changed.href;
}
