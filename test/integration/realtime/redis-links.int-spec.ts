import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { RedisChannels, RedisConnections, RedisHealth } from '../../../src/redis';
import { eventually } from '../../support/eventually';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { testRedisUrl } from '../../support/realtime/test-redis';

describe('the links to Redis', () => {
  let proxy: FaultProxy;
  let connections: RedisConnections;
  let channels: RedisChannels;
  let health: RedisHealth;
  let subscribed: number;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    proxy = await FaultProxy.to(testRedisUrl());
    connections = new RedisConnections({ url: proxy.url, keyPrefix: `${randomUUID()}:` });
    channels = new RedisChannels(connections);
    health = new RedisHealth(connections, channels);
    subscribed = 0;
    channels.onModuleInit();
    health.onModuleInit();
    channels.onSubscribed(() => subscribed++);
    await connections.onModuleInit();
  });
  afterEach(async () => {
    const started = performance.now();
    health.onApplicationShutdown();
    await connections.onApplicationShutdown();
    proxy.close();
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  const healthy = (expected: boolean, withinMs: number): Promise<void> =>
    eventually(() => expect(health.healthy).toBe(expected), withinMs);

  it('are healthy once something came through', async () => {
    await healthy(true, 1_000);
    expect(subscribed).toBe(1);
    await connections.commands.set(connections.key('a'), 'b', 'EX', 5);
    expect(await connections.commands.get(connections.key('a'))).toBe('b');
  });

  it('carry what is said to those who listen, however late they began', async () => {
    const heard: string[] = [];
    const channel = connections.key('news:one');
    channels.listen(connections.key('news:*'), (from, text) => heard.push(`${from === channel} ${text}`));
    await eventually(async () => {
      await channels.publish(channel, 'hello');
      expect(heard).toContain('true hello');
    });
    expect(subscribed).toBe(1);
  });

  it('survive a listener that throws', async () => {
    const heard: string[] = [];
    channels.listen(connections.key('news'), (_from, text) => {
      heard.push(text);
      throw new Error('not that');
    });
    await eventually(async () => {
      await channels.publish(connections.key('news'), 'hello');
      expect(heard.length).toBeGreaterThan(1);
    });
    await healthy(true, 1_500);
  });

  it.each(['cut', 'hole'] as const)(
    'are noticed to be lost by a %s, refuse soon, and come back by themselves',
    async (fault) => {
      const heard: string[] = [];
      channels.listen(connections.key('news'), (_from, text) => heard.push(text));
      await healthy(true, 1_000);

      proxy.become(fault);
      await healthy(false, 3_000);
      const asked = performance.now();
      await expect(channels.publish(connections.key('news'), 'lost')).rejects.toThrow();
      expect(performance.now() - asked).toBeLessThan(700);
      // Long enough for all that would wait, or grow, to show.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(health.healthy).toBe(false);

      proxy.become('none');
      await healthy(true, 3_000);
      expect(subscribed).toBe(2);
      await channels.publish(connections.key('news'), 'again');
      await eventually(() => expect(heard).toEqual(['again']));
    },
    20_000,
  );
});
