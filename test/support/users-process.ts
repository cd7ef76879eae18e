import { Test, type TestingModule } from '@nestjs/testing';
import type { VerifiedToken } from '../../src/auth';
import type { Actor } from '../../src/common/actor';
import { ConfigModule, loadConfig } from '../../src/config';
import { VisibilityModule } from '../../src/conversations/visibility/visibility.module';
import { DatabaseModule } from '../../src/database';
import { UsersModule } from '../../src/users';

/** The module of users as one process has it, on a database and nothing else. Its background tasks do not run. */
export async function startUsers(databaseUrl: string): Promise<TestingModule> {
  const secrets = {
    JWT_SECRET: 'x'.repeat(32),
    SERVICE_TOKEN: 'x'.repeat(32),
    KAHA_SERVICE_TOKEN: 'x'.repeat(32),
  };
  const urls = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: 'redis://127.0.0.1',
    KAHA_BASE_URL: 'http://127.0.0.1',
  };
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(loadConfig({ ...secrets, ...urls })),
      DatabaseModule.with([]),
      UsersModule,
      VisibilityModule,
    ],
  }).compile();
  return module.init();
}

/** A good token of this person. */
export function tokenOf(actor: Actor, issuedAt: Date | null = null): VerifiedToken {
  return { actor, issuedAt, expiresAt: new Date('2099-01-01T00:00:00Z') };
}
