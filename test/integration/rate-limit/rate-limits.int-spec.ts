import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Actor } from '../../../src/common/actor';
import { NIL_UUID } from '../../../src/common/uuid';
import { HttpConfig, RateLimitConfig } from '../../../src/config';
import { type Origin, RateLimited, RateLimits } from '../../../src/rate-limit';
import { Budget } from '../../../src/rate-limit/budget';
import { SharedCounts } from '../../../src/rate-limit/shared-counts';
import { RedisChannels, RedisConnections, RedisHealth } from '../../../src/redis';
import { eventually } from '../../support/eventually';
import { type Fault, FaultProxy } from '../../support/faults/fault-proxy';
import { testRedisUrl } from '../../support/realtime/test-redis';
import { times } from '../../support/times';

interface LimitsOptions {
  readonly requests?: number;
  readonly messages?: number;
  /** Of the node's Redis. */
  readonly url?: string;
}

/** What one node has to count with. */
class CountingNode {
  readonly counts: SharedCounts;
  readonly limits: RateLimits;
  private readonly connections: RedisConnections;
  private readonly channels: RedisChannels;
  private readonly health: RedisHealth;

  private constructor(
    keyPrefix: string,
    { requests = 0, messages = 0, url = testRedisUrl() }: LimitsOptions,
  ) {
    this.connections = new RedisConnections({ url, keyPrefix });
    this.channels = new RedisChannels(this.connections);
    this.health = new RedisHealth(this.connections, this.channels);
    this.counts = new SharedCounts(this.connections, this.health);
    this.limits = new RateLimits(
      Object.assign(new RateLimitConfig(), { requests, messages }),
      Object.assign(new HttpConfig(), { trustProxy: [] }),
      this.counts,
    );
  }

  static async start(keyPrefix: string, options: LimitsOptions): Promise<CountingNode> {
    const node = new CountingNode(keyPrefix, options);
    node.channels.onModuleInit();
    node.health.onModuleInit();
    await node.connections.onModuleInit();
    if (options.url !== NOWHERE) await node.becomes('healthy');
    return node;
  }

  becomes(state: 'healthy' | 'lost'): Promise<void> {
    return eventually(() => expect(this.health.healthy).toBe(state === 'healthy'));
  }

  async stop(): Promise<void> {
    this.health.onApplicationShutdown();
    await this.connections.onApplicationShutdown();
  }

  /** How often `work` makes this node ask Redis to count. */
  async countsAsked(work: () => Promise<unknown>): Promise<number> {
    const sent = jest.spyOn(this.connections.commands, 'sendCommand');
    await work();
    const counted = sent.mock.calls.filter(([{ name }]) => name.startsWith('eval')).length;
    sent.mockRestore();
    return counted;
  }
}

/** Where nobody listens. */
const NOWHERE = 'redis://127.0.0.1:1';
/** As long as a command may take, and something for a slow machine. */
const BRIEFLY_MS = 800;

const anybody = (tenantId = NIL_UUID): Actor => ({ tenantId, userId: randomUUID() });
const from = (remoteAddress: string): Origin => ({ headers: {}, socket: { remoteAddress } });

describe('limits', () => {
  let prefix: string;
  let link: FaultProxy;
  const nodes: CountingNode[] = [];
  beforeEach(async () => {
    Logger.overrideLogger(false);
    prefix = `test:${randomUUID()}:`;
    link = await FaultProxy.to(testRedisUrl());
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()));
    link.close();
  });

  async function aNode(options: LimitsOptions): Promise<CountingNode> {
    const node = await CountingNode.start(prefix, options);
    nodes.push(node);
    return node;
  }

  const granted = async (charges: Promise<unknown>[]): Promise<number> => {
    const outcomes = await Promise.allSettled(charges);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RateLimited);
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };

  describe('with Redis', () => {
    it('are counted by all nodes together, to the last one, also all at once', async () => {
      const [one, other] = [await aNode({ requests: 10 }), await aNode({ requests: 10 })];
      const alice = anybody();
      const charges = [one, other, one, other].flatMap(({ limits }) =>
        Array.from({ length: 6 }, () => limits.request(alice)),
      );
      expect(await granted(charges)).toBe(10);
    });

    it('say what is left, and until when', async () => {
      const { limits } = await aNode({ requests: 2 });
      const alice = anybody();
      expect(await limits.request(alice)).toEqual({
        'ratelimit-limit': '2',
        'ratelimit-remaining': '1',
        'ratelimit-reset': '60',
        'ratelimit-policy': '2;w=60',
      });
      expect(await limits.request(alice)).toMatchObject({ 'ratelimit-remaining': '0' });
      const refusal: unknown = await limits.request(alice).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'rate_limited', headers: { 'ratelimit-remaining': '0' } });
      const { retryAfterSeconds } = refusal as RateLimited;
      expect(retryAfterSeconds).toBeGreaterThan(55);
      expect((refusal as RateLimited).headers).toHaveProperty('ratelimit-reset', String(retryAfterSeconds));
    });

    it('are one budget for each person of each tenant, each address, and each thing counted', async () => {
      const { limits } = await aNode({ requests: 1, messages: 1 });
      const alice = anybody();
      const aliceElsewhere = { ...alice, tenantId: randomUUID() };
      await times(2, () => granted([limits.request(alice), limits.message(alice)]));
      await limits.request(aliceElsewhere);
      await limits.message(aliceElsewhere);
      await limits.request(anybody());
      await limits.stranger(from('203.0.113.7'));
      await limits.stranger(from('2001:db8::1'));
      await limits.stranger(from('2001:db8:0:1::1'));
      await expect(limits.stranger(from('2001:db8::2'))).rejects.toThrow(RateLimited);
      await expect(limits.request(alice)).rejects.toThrow(RateLimited);
      await expect(limits.message(alice)).rejects.toThrow('At most 1 messages in 10 s.');
    });

    it('cost far fewer round trips than charges for whoever asks often, to the last one all the same', async () => {
      const nodes = [await aNode({ requests: 200 }), await aNode({ requests: 200 })] as const;
      const alice = anybody();
      let passed = 0;
      const spendAll = async (): Promise<void> => {
        for (let turn = 0; turn < 220; turn++)
          passed += await granted([nodes[turn % 2 === 0 ? 0 : 1].limits.request(alice)]);
      };
      let asked = 0;
      asked += await nodes[0].countsAsked(async () => {
        asked += await nodes[1].countsAsked(spendAll);
      });
      expect(passed).toBe(200);
      expect(asked).toBeLessThan(80);
    });

    it('cost one round trip each where the limit is low, and none once it is reached', async () => {
      const node = await aNode({ requests: 3 });
      const alice = anybody();
      expect(await node.countsAsked(() => node.limits.request(alice))).toBe(1);
      await node.limits.request(alice);
      await node.limits.request(alice);
      const refused = () => granted(Array.from({ length: 50 }, () => node.limits.request(alice)));
      expect(await node.countsAsked(async () => expect(await refused()).toBe(0))).toBe(0);
    });

    it('cost nothing when they are off', async () => {
      const node = await aNode({ requests: 0, messages: 0 });
      const asked = await node.countsAsked(async () => {
        expect(await node.limits.request(anybody())).toEqual({});
        expect(await node.limits.stranger(from('203.0.113.7'))).toEqual({});
        await node.limits.message(anybody());
      });
      expect(asked).toBe(0);
    });

    it('go on when Redis has forgotten its scripts', async () => {
      const node = await aNode({ requests: 3 });
      const alice = anybody();
      await node.limits.request(alice);
      await node.counts.client.script('FLUSH');
      expect(await node.limits.request(alice)).toMatchObject({ 'ratelimit-remaining': '1' });
      expect(node.counts.available).toBe(true);
    });

    it('keep nothing in Redis beyond their window, in keys of the installation', async () => {
      const node = await aNode({ requests: 3, messages: 3 });
      const [alice, bob] = [anybody(), anybody(randomUUID())];
      await node.limits.request(alice);
      await node.limits.message(bob);
      await node.limits.stranger(from('203.0.113.7'));
      const keys = await node.counts.client.keys(`${prefix}*`);
      expect(keys.sort()).toEqual(
        [
          `${prefix}limit:requests:${alice.userId}`,
          `${prefix}t:${bob.tenantId}:limit:messages:${bob.userId}`,
          `${prefix}limit:requests:address:203.0.113.7`,
        ].sort(),
      );
      const lifetimes = await Promise.all(keys.map((key) => node.counts.client.ttl(key)));
      for (const seconds of lifetimes) expect(seconds).toBeGreaterThan(0);
    });
  });

  describe('for a window', () => {
    const policy = { what: 'requests', limit: 2, seconds: 1 } as const;
    const urls = { shared: testRedisUrl(), own: NOWHERE };

    it.each(['shared', 'own'] as const)('begin anew when it is over (%s)', async (whose) => {
      const budget = new Budget(policy, (await aNode({ url: urls[whose] })).counts);
      const spend = () => granted(Array.from({ length: 5 }, async () => budget.charge('alice')));
      expect(await spend()).toBe(2);
      expect(await spend()).toBe(0);
      await delay(1_100);
      expect(await spend()).toBe(2);
    });

    it.each([
      ['shared, back', 'shared', -1],
      ['shared, forth', 'shared', 1],
      ['of one process, back', 'own', -1],
      ['of one process, forth', 'own', 1],
    ] as const)('F18 do not freeze when the clock jumps (%s)', async (_how, whose, hours) => {
      const budget = new Budget(policy, (await aNode({ url: urls[whose] })).counts);
      const realTime = Date.now.bind(Date);
      await budget.charge('alice');
      await granted(Array.from({ length: 2 }, async () => budget.charge('bob')));
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => realTime() + hours * 3_600_000);
      try {
        expect(await budget.charge('alice')).toHaveProperty('resetSeconds', 1);
        await delay(1_100);
        expect(await budget.charge('alice')).toEqual({ remaining: 1, resetSeconds: 1 });
        expect(await budget.charge('bob')).toEqual({ remaining: 1, resetSeconds: 1 });
      } finally {
        clock.mockRestore();
      }
    });
  });

  describe('F05 without Redis', () => {
    it('are there from the start, for each node, and nobody waits', async () => {
      const [one, other] = [
        await aNode({ requests: 3, url: NOWHERE }),
        await aNode({ requests: 3, url: NOWHERE }),
      ];
      const alice = anybody();
      const began = performance.now();
      for (const { limits } of [one, other])
        expect(await granted(Array.from({ length: 5 }, () => limits.request(alice)))).toBe(3);
      expect(performance.now() - began).toBeLessThan(100);
      await one.limits.request(anybody());
    });

    it.each(['cut', 'hole'] satisfies Fault[])(
      'lost by a %s: hold at once, and are shared again when it is back',
      async (fault) => {
        const node = await aNode({ requests: 5, messages: 5, url: link.url });
        const healthy = await aNode({ requests: 5 });
        const alice = anybody();
        await healthy.limits.request(alice);
        expect(await node.limits.request(alice)).toMatchObject({ 'ratelimit-remaining': '3' });

        link.become(fault);
        const began = performance.now();
        expect(await granted(Array.from({ length: 20 }, () => node.limits.request(alice)))).toBe(5);
        expect(performance.now() - began).toBeLessThan(BRIEFLY_MS);
        // Who has waited once, for whatever, waits no more: neither for the other limit nor with the next request.
        const after = performance.now();
        expect(await granted(Array.from({ length: 20 }, () => node.limits.message(alice)))).toBe(5);
        for (let count = 0; count < 20; count++) await node.limits.request(anybody());
        expect(performance.now() - after).toBeLessThan(100);

        await node.becomes('lost');
        link.become('none');
        await node.becomes('healthy');
        await eventually(() => expect(node.counts.available).toBe(true));
        const bob = anybody();
        await healthy.limits.request(bob);
        expect(await node.limits.request(bob)).toMatchObject({ 'ratelimit-remaining': '3' });
      },
    );

    it('F17 hold as well when Redis answers that it can not, and it is not asked all the time', async () => {
      const node = await aNode({ requests: 3 });
      const refuse = () => Promise.reject(new Error('OOM command not allowed'));
      Object.assign(node.counts.client, { rlflxIncr: jest.fn(refuse) });
      const alice = anybody();
      for (let count = 0; count < 3; count++) await node.limits.request(alice);
      await expect(node.limits.request(alice)).rejects.toThrow(RateLimited);
      expect(Reflect.get(node.counts.client, 'rlflxIncr')).toHaveBeenCalledTimes(1);
    });
  });
});
