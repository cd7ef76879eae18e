import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { RedisStreamsBus } from '../../../src/outbox/bus/redis-streams-bus';
import { eventually } from '../../support/eventually';
import { holdServers, releaseServers } from '../../support/infra/held-servers';
import { chatEvent, mixedEvents } from '../../support/outbox/chat-events';
import { type BusUnderTest, describeEventBus } from '../../support/outbox/event-bus-conformance';
import { EventStream } from '../../support/outbox/event-stream';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { testRedisUrl } from '../../support/realtime/test-redis';

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['log', 'warn', 'error']));

describeEventBus(
  'events on a Redis stream',
  async (): Promise<BusUnderTest> => {
    const keyPrefix = `${randomUUID()}:`;
    const proxy = await FaultProxy.to(testRedisUrl());
    const stream = new EventStream(testRedisUrl(), `${keyPrefix}chat:events`);
    const bus = new RedisStreamsBus({ url: proxy.url, keyPrefix }, { maxLength: 10_000 });
    await bus.onModuleInit();
    return {
      bus,
      published: () => stream.texts(),
      lose: (outage) => proxy.become(outage as 'cut' | 'hole' | 'half'),
      bringBack: () => proxy.become('none'),
      stop: async () => {
        await bus.onApplicationShutdown();
        await stream.close();
        proxy.close();
      },
    };
  },
  ['cut', 'hole', 'half'],
);

describe('the stream', () => {
  let stream: EventStream;
  let bus: RedisStreamsBus;
  const keyPrefix = `${randomUUID()}:`;
  const name = `${keyPrefix}chat:events`;

  beforeEach(async () => {
    stream = new EventStream(testRedisUrl(), name);
    bus = new RedisStreamsBus({ url: testRedisUrl(), keyPrefix }, { maxLength: 1_000 });
    await bus.onModuleInit();
  });
  afterEach(async () => {
    await bus.onApplicationShutdown();
    await stream.close();
  });

  it('keeps its newest events, about as many as are configured', async () => {
    const events = mixedEvents([randomUUID()], 5_000);
    await bus.publish(events);
    const kept = await stream.texts();
    expect(kept.length).toBeGreaterThanOrEqual(1_000);
    expect(kept.length).toBeLessThan(1_500);
    expect(kept.at(-1)).toContain(events.at(-1)?.eventId);
  });

  it('refuses an event that is too long for it, and goes on with the others', async () => {
    const [long, other] = [randomUUID(), randomUUID()];
    const events = [chatEvent(long, 1, 'x'.repeat(5_000_000)), chatEvent(long, 2), chatEvent(other)];
    expect((await bus.publish(events)).map(({ status }) => status)).toEqual(['refused', 'held', 'taken']);
    expect((await stream.events()).map(({ key }) => key)).toEqual([other]);
  });

  it('takes nothing where something else has its name, and says so', async () => {
    const redis = new Redis(testRedisUrl());
    await redis.set(name, 'not a stream');
    await redis.quit();
    await expect(bus.publish(mixedEvents([randomUUID()], 3))).rejects.toThrow(/^WRONGTYPE/);
    await stream.clear();
    await bus.publish([chatEvent(randomUUID())]);
    expect(await stream.texts()).toHaveLength(1);
  });
});

describe('a Redis that takes no writes', () => {
  let redis: Redis;
  let stream: EventStream;
  let bus: RedisStreamsBus;

  beforeAll(async () => {
    const { redis: server } = await holdServers('fast');
    redis = new Redis(server.url);
    stream = new EventStream(server.url, 'chat:events');
    bus = new RedisStreamsBus({ url: server.url, keyPrefix: '' }, { maxLength: 1_000 });
    await bus.onModuleInit();
  });
  afterAll(async () => {
    await bus.onApplicationShutdown();
    await stream.close();
    await redis.quit();
    releaseServers();
  });

  it.each([
    ['OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    [
      'NOREPLICAS',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
    ['NOPERM', ['ACL', 'SETUSER', 'default', '-eval'], ['ACL', 'SETUSER', 'default', '+eval']],
  ] as const)(
    'is away (%s), and has taken nothing',
    async (reason, [command, ...args], [undo, ...undoArgs]) => {
      const events = mixedEvents([randomUUID(), randomUUID()], 10);
      await redis.call(command, ...args);
      await expect(bus.publish(events)).rejects.toThrow(new RegExp(`^${reason}`));
      expect(await stream.texts()).toEqual([]);

      await redis.call(undo, ...undoArgs);
      await eventually(() => bus.publish(events));
      expect(await stream.texts()).toHaveLength(20);
      await stream.clear();
    },
  );

  it.each([
    ['has gone silent', ['CLIENT', 'PAUSE', '2500', 'WRITE'], ['CLIENT', 'UNPAUSE']],
    ['is a replica now', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ] as const)('is dialled anew when it %s', async (_what, [command, ...args], [undo, ...undoArgs]) => {
    const before = await connectionOfBus();
    await redis.call(command, ...args);
    await expect(bus.publish([chatEvent(randomUUID())])).rejects.toThrow();
    await eventually(async () => expect(await connectionOfBus()).not.toBe(before));

    await redis.call(undo, ...undoArgs);
    await eventually(() => bus.publish([chatEvent(randomUUID())]));
  });

  async function connectionOfBus(): Promise<string> {
    const clients = (await redis.call('CLIENT', 'LIST')) as string;
    const [, id] = /^id=(\d+) .*name=chat-backend:events /m.exec(clients) ?? [];
    if (id === undefined) throw new Error('the bus is not connected');
    return id;
  }
});
