import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DatabaseConfig, RedisConfig } from './config';
import { ConfigModule } from './config.module';
import { loadConfig } from './load-config';

@Injectable()
class Reader {
  constructor(
    readonly database: DatabaseConfig,
    readonly redis: RedisConfig,
  ) {}
}

/** Imports nothing: what it is given must come from a global module. */
@Module({ providers: [Reader] })
class FeatureModule {}

describe('ConfigModule', () => {
  const config = loadConfig({
    DATABASE_URL: 'postgres://chat@localhost/chat',
    REDIS_URL: 'redis://localhost',
    JWT_SECRET: 's'.repeat(32),
    SERVICE_TOKEN: 't'.repeat(16),
    KAHA_BASE_URL: 'http://localhost:4000',
    KAHA_SERVICE_TOKEN: 'kaha',
  });

  it('gives any module the slices it names by class', async () => {
    const app = await Test.createTestingModule({
      imports: [ConfigModule.with(config), FeatureModule],
    }).compile();
    expect(app.get(Reader).database).toBe(config.database);
    expect(app.get(Reader).redis).toBe(config.redis);
  });

  it('provides every slice there is', async () => {
    const app = await Test.createTestingModule({ imports: [ConfigModule.with(config)] }).compile();
    for (const slice of Object.values<object>({ ...config })) expect(app.get(slice.constructor)).toBe(slice);
  });
});
