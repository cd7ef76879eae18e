import type { Database } from '../database';
import type { MessagePartitions } from '../messages';
import type { ProfilesService } from '../profile';
import type { RedisHealth } from '../redis';
import { HealthService } from './health.service';

/** What the service leans on, each part well until the test makes it ill. */
class Surroundings {
  postgres: 'up' | 'down' | 'mute' = 'up';
  redis = true;
  upstream = true;
  daysOfPartitions = 30;
  asked = 0;

  readonly health = new HealthService(
    {
      answers: () => {
        this.asked++;
        if (this.postgres === 'down') return Promise.reject(new Error('password of postgres: hunter2'));
        return this.postgres === 'mute' ? new Promise(() => {}) : Promise.resolve(true);
      },
    } as unknown as Database,
    Object.defineProperty({}, 'healthy', { get: () => this.redis }) as RedisHealth,
    { sourceAnswers: () => Promise.resolve(this.upstream) } as unknown as ProfilesService,
    { daysAhead: () => Promise.resolve(this.daysOfPartitions) } as unknown as MessagePartitions,
  );
}

describe('the health of a process', () => {
  let world: Surroundings;
  beforeEach(() => {
    jest.useFakeTimers();
    world = new Surroundings();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each<[string, Partial<Surroundings>, string, Record<string, string>]>([
    ['all is well', {}, 'ok', {}],
    ['Postgres is away', { postgres: 'down' }, 'unavailable', { postgres: 'down' }],
    ['Redis is away', { redis: false }, 'degraded', { redis: 'down' }],
    ['upstream is away', { upstream: false }, 'degraded', { upstream: 'down' }],
    ['partitions end in 14 days', { daysOfPartitions: 14 }, 'ok', {}],
    ['partitions end in less', { daysOfPartitions: 13.9 }, 'degraded', { partitions: 'down' }],
    ['there is no partition', { daysOfPartitions: 0 }, 'degraded', { partitions: 'down' }],
    [
      'nothing is there',
      { postgres: 'down', redis: false, upstream: false },
      'unavailable',
      { postgres: 'down', redis: 'down', upstream: 'down' },
    ],
  ])('where %s', async (_where, ills, status, checks) => {
    Object.assign(world, ills);
    const well = { postgres: 'up', redis: 'up', upstream: 'up', partitions: 'up' };
    expect(await world.health.report()).toEqual({ status, checks: { ...well, ...checks } });
  });

  it('is known within a second, also when Postgres says nothing at all', async () => {
    world.postgres = 'mute';
    const report = world.health.report();
    await jest.advanceTimersByTimeAsync(1_000);
    expect((await report).status).toBe('unavailable');
  });

  it('is not worth more than a question a second, however many ask', async () => {
    await Promise.all(Array.from({ length: 1_000 }, () => world.health.report()));
    expect(world.asked).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    await world.health.report();
    expect(world.asked).toBe(2);
  });

  it('is found out anew a second later', async () => {
    await world.health.report();
    world.postgres = 'down';
    expect((await world.health.report()).status).toBe('ok');
    await jest.advanceTimersByTimeAsync(1_000);
    expect((await world.health.report()).status).toBe('unavailable');
  });

  it('that was bad is asked about again soon, also where good news would have lasted', async () => {
    world.daysOfPartitions = 0;
    expect((await world.health.report()).checks.partitions).toBe('down');
    world.daysOfPartitions = 30;
    await jest.advanceTimersByTimeAsync(1_000);
    expect((await world.health.report()).checks.partitions).toBe('up');
    world.daysOfPartitions = 0;
    await jest.advanceTimersByTimeAsync(30_000);
    expect((await world.health.report()).checks.partitions).toBe('up');
  });

  it('is over when the process stops', async () => {
    world.health.onModuleDestroy();
    expect(await world.health.report()).toMatchObject({ status: 'unavailable', checks: { postgres: 'up' } });
  });
});
