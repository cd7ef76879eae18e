import { GenericContainer, Wait } from 'testcontainers';
import { newSecret } from '../../../scripts/infra/secrets.mjs';
import { Failure } from '../../../scripts/run/failure.mjs';

/** The same servers as containers, for those who want the versions of production. Needs Docker. */
export async function startServers() {
  const password = newSecret();
  const [postgres, redis] = await Promise.all([
    start(
      new GenericContainer('postgres:18')
        .withEnvironment({ POSTGRES_USER: 'chat', POSTGRES_PASSWORD: password, POSTGRES_DB: 'postgres' })
        .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'])
        .withExposedPorts(5432)
        // The first time it says so is while it prepares its data.
        .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2)),
    ),
    start(
      new GenericContainer('redis:8')
        .withCommand(['redis-server', '--requirepass', password, '--save', ''])
        .withExposedPorts(6379)
        .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/)),
    ),
  ]);
  return {
    databaseUrl: `postgres://chat:${password}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/postgres`,
    redisUrl: `redis://:${password}@${redis.getHost()}:${redis.getMappedPort(6379)}`,
    stop: () => Promise.all([postgres.stop(), redis.stop()]),
  };
}

async function start(container) {
  try {
    return await container.start();
  } catch (error) {
    throw new Failure(`TEST_INFRA=containers needs Docker: ${error.message}`);
  }
}
