import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { RedisConfig } from '../config';
import { RedisChannels } from './redis-channels';
import { RedisConnections } from './redis-connections';
import { RedisHealth } from './redis-health';

/** Takes every connection and never says a word: what a dropped network looks like from here. */
async function blackHole(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function deadPort(): Promise<number> {
  const hole = await blackHole();
  hole.close();
  return hole.port;
}

describe('the connections to a Redis that is not there', () => {
  const warnings: unknown[] = [];
  const configFor = (port: number): RedisConfig => ({ url: `redis://127.0.0.1:${port}`, keyPrefix: 'p:' });

  beforeAll(() => {
    Logger.overrideLogger({
      log: () => undefined,
      error: () => undefined,
      warn: (line: unknown) => warnings.push(line),
    });
  });
  afterAll(() => Logger.overrideLogger(['log', 'warn', 'error']));
  beforeEach(() => warnings.splice(0));

  const WAYS: readonly [string, () => Promise<{ port: number; close(): void }>][] = [
    ['refuses', async () => ({ port: await deadPort(), close: () => undefined })],
    ['swallows everything', blackHole],
  ];

  it.each(WAYS)('let the service start, work and stop when it %s', async (_way, open) => {
    const hole = await open();
    const connections = new RedisConnections(configFor(hole.port));
    const channels = new RedisChannels(connections);
    const health = new RedisHealth(connections, channels);

    const started = performance.now();
    channels.onModuleInit();
    health.onModuleInit();
    await connections.onModuleInit();
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(health.healthy).toBe(false);

    const asked = performance.now();
    await expect(channels.publish('anything', 'at all')).rejects.toThrow();
    await expect(connections.commands.get('anything')).rejects.toThrow();
    expect(performance.now() - asked).toBeLessThan(1_500);

    const stopped = performance.now();
    health.onApplicationShutdown();
    await connections.onApplicationShutdown();
    expect(performance.now() - stopped).toBeLessThan(1_000);
    hole.close();
    // One line for each link, although both have been tried several times by now.
    expect(warnings).toHaveLength(2);
  });

  it('put the prefix before a key', () => {
    expect(new RedisConnections(configFor(1)).key('presence:x')).toBe('p:presence:x');
  });
});
