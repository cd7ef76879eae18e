import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { RealtimeNode } from '../../support/realtime/realtime-node';
import { testRedisUrl } from '../../support/realtime/test-redis';
import { times } from '../../support/times';

const MOST = 4;
/** What a node writes is there by then. */
const SETTLES_MS = 300;
/** A node that is not heard for three seconds has gone; the next beat is a second later at most. */
const GONE_MS = 4_500;

describe('T31 the connections of one person', () => {
  let proxies: FaultProxy[];
  let nodes: RealtimeNode[];
  let redis: Redis;
  const devices: Device[] = [];
  beforeEach(async () => {
    redis = new Redis(testRedisUrl());
    proxies = await times(2, () => FaultProxy.to(testRedisUrl()));
    nodes = await Promise.all(
      proxies.map(({ url }) => RealtimeNode.start({ redis: url, maxConnectionsPerUser: MOST })),
    );
    await delay(SETTLES_MS);
  });
  afterEach(async () => {
    devices.splice(0).forEach((device) => device.leaves());
    await Promise.all(nodes.map((node) => node.close()));
    proxies.forEach((proxy) => proxy.close());
    redis.disconnect();
  });

  async function connect(person: string, node: number): Promise<Device> {
    const device = await Device.connect(nodes[node]?.url ?? '', { auth: { token: person } });
    devices.push(device);
    return device;
  }

  const here = (of = devices): boolean[] => of.map(({ socket }) => socket.connected);
  const count = (): number => here().filter(Boolean).length;

  /** In turns at both nodes, each known in Redis before the next. */
  async function inTurns(person: string, howMany: number): Promise<Device[]> {
    const made: Device[] = [];
    for (let n = 0; n < howMany; n++) {
      made.push(await connect(person, n % 2));
      await delay(SETTLES_MS / 10);
    }
    return made;
  }

  it('are so many at all nodes together; a further one ends the oldest, which is told why', async () => {
    const person = randomUUID();
    const [first, ...others] = await inTurns(person, MOST);
    const another = await connect(randomUUID(), 0);
    const further = await connect(person, 1);
    expect(await first?.ended).toBe('io server disconnect');
    expect(first?.events).toEqual(['ready', 'session_evicted']);
    await delay(SETTLES_MS);
    expect(here([...others, further, another])).toEqual(Array(MOST + 1).fill(true));
  });

  it('make room for the next when they leave', async () => {
    const person = randomUUID();
    const [first, second, ...others] = await inTurns(person, MOST);
    first?.leaves();
    second?.leaves();
    await delay(SETTLES_MS);
    const further = await inTurns(person, 2);
    await delay(SETTLES_MS);
    expect(here([...others, ...further])).toEqual(Array(MOST).fill(true));
  });

  it('are so many also when many come at once, everywhere', async () => {
    const person = randomUUID();
    // Some are ended before they could be told that they are in.
    await times(10 * MOST, (n) => connect(person, n % 2).catch(() => undefined));
    await eventually(() => expect(count()).toBe(MOST));
    await delay(SETTLES_MS);
    expect(count()).toBe(MOST);
    const [key = ''] = await redis.keys(`*connections:${person}`);
    expect(await redis.zcard(key)).toBe(MOST);
  });

  it('count no more when their node is gone without a word', async () => {
    const person = randomUUID();
    await times(MOST, () => connect(person, 0));
    await delay(SETTLES_MS);
    // It lives on, but nobody hears of it: to the others it is as if it had been killed.
    proxies[0]?.become('hole');
    await delay(GONE_MS);
    const elsewhere = await times(MOST, () => connect(person, 1));
    await delay(SETTLES_MS);
    expect(here(elsewhere)).toEqual(Array(MOST).fill(true));
  });

  it('are so many at each node while Redis is away, and at all together soon after it is back', async () => {
    const person = randomUUID();
    proxies.forEach((proxy) => proxy.become('cut'));
    for (let n = 0; n < 2 * MOST + 2; n++) await connect(person, n % 2);
    await eventually(() => expect(count()).toBe(2 * MOST));
    // What leaves now can not be written down, and is not to count later.
    const young = devices.filter(({ socket }) => socket.connected).slice(-2);
    young.forEach((device) => device.leaves());
    proxies.forEach((proxy) => proxy.become('none'));
    await eventually(() => expect(count()).toBe(MOST), 10_000);
    await delay(SETTLES_MS);
    expect(count()).toBe(MOST);
    expect(here()).toEqual([...Array(4).fill(false), ...Array(MOST).fill(true), false, false]);
  });

  it('are counted once where a node lost Redis for a moment, and writes all of them anew', async () => {
    const person = randomUUID();
    await inTurns(person, MOST);
    proxies.forEach((proxy) => proxy.become('cut'));
    await delay(SETTLES_MS);
    proxies.forEach((proxy) => proxy.become('none'));
    await delay(GONE_MS);
    expect(here()).toEqual(Array(MOST).fill(true));
    await connect(person, 0);
    await eventually(() => expect(here()).toEqual([false, ...Array<boolean>(MOST).fill(true)]));
  });

  it('are known again soon after Redis was emptied', async () => {
    const person = randomUUID();
    await inTurns(person, MOST);
    const keys = await redis.keys('realtime-node:connections*');
    await redis.del(...keys);
    await eventually(async () => expect(await redis.keys(`*connections:${person}`)).toHaveLength(1));
    await delay(SETTLES_MS);
    await connect(person, 1);
    await eventually(() => expect(here()).toEqual([false, ...Array(MOST).fill(true)]));
  });
});
