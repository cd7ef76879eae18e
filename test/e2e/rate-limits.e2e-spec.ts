import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import { Device, type DeviceOptions } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblem, expectProblemObject } from '../support/problem';
import { FaultProxy } from '../support/faults/fault-proxy';
import { testRedisUrl } from '../support/realtime/test-redis';
import { type Answer, request } from '../support/rest';
import { World } from '../support/world';

const REQUESTS = 6;
const MESSAGES = 3;

/** As soon as its nodes count together: in the first moments each still counts for itself. */
async function counting(world: World): Promise<void> {
  for (const url of world.nodeUrls) {
    await eventually(async () =>
      expect((await request('GET', `${url}/health/ready`)).body).toEqual({ status: 'ok' }),
    );
  }
}

const remaining = ({ headers }: Answer<unknown>) => Number(headers['ratelimit-remaining']);
const me = (person: Person) => person.asks('GET', '/v1/users/me');
/** An event that costs nothing but itself. */
const ask = (device: Device) => device.asks<never>('no_such_event', {});

async function spend(count: number, charge: () => Promise<unknown>): Promise<void> {
  for (let spent = 0; spent < count; spent++) await charge();
}

function expectRefused(answer: Answer<unknown>, limit: number, seconds: number): void {
  expectProblem(answer, 'rate_limited');
  const { headers } = answer;
  expect(headers).toMatchObject({
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': '0',
    'ratelimit-policy': `${limit};w=${seconds}`,
    'ratelimit-reset': headers['retry-after'],
  });
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(seconds);
}

describe('how often one may ask', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2, env: { RATE_LIMIT_REQUESTS: `${REQUESTS}` } });
    await counting(world);
  });
  afterAll(() => world.stop());

  it('is said in every answer, and becomes less', async () => {
    const alice = world.person('Alice');
    const answers = [
      await me(alice),
      await alice.inbox({ limit: 0 }),
      await alice.asks('GET', '/v1/users/me'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200]);
    expect(answers.map(remaining)).toEqual([5, 4, 3]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'ratelimit-limit': '6', 'ratelimit-policy': '6;w=60' });
      expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(50);
      expect(headers).not.toHaveProperty('retry-after');
    }
  });

  it('is one number for both nodes and both doors, connecting included', async () => {
    const alice = world.person('Alice');
    expect(remaining(await me(alice))).toBe(5);
    const device = await alice.at(1).connects();
    expect(await ask(device)).toMatchObject({ error: { status: 400 } });
    expect(remaining(await me(alice.at(1)))).toBe(2);
    await spend(2, () => ask(device));

    expectRefused(await me(alice), REQUESTS, 60);
    expectRefused(await me(alice.at(1)), REQUESTS, 60);
    const { error } = (await ask(device)) as { error: { detail: string } };
    expectProblemObject(error, 'rate_limited');
    expect(error.detail).toMatch(/^At most 6 requests in 60 s\. Try again in \d\d s\.$/);
    const refusal: unknown = await alice.connects().catch((reason: { data: unknown }) => reason.data);
    expectProblemObject(refusal, 'rate_limited');
    device.leaves();
  });

  it('T20 counts what is not worth being stored, too', async () => {
    const alice = world.person('Alice');
    const { id: conversationId } = await alice.chatWith(world.person('Bob'));
    const device = await alice.connects();
    expect(await device.asks('typing_start', { conversationId })).toMatchObject({ ok: true });
    expect(await device.asks('typing_start', { conversationId })).toMatchObject({ ok: true });
    expect(await device.asks('subscribe_presence', { userIds: [] })).toMatchObject({ ok: true });
    expect(remaining(await me(alice))).toBe(0);
    for (const event of ['typing_start', 'typing_stop'])
      expect(await device.asks(event, { conversationId })).toMatchObject({ error: { code: 'rate_limited' } });
    device.leaves();
  });

  it('is nobody’s loss but one’s own: not of others, nor of the same UUID in another tenant', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const namesake = world.person('Alice', { id: alice.id, tenantId: randomUUID() });
    await spend(REQUESTS, () => me(alice));
    expectRefused(await me(alice), REQUESTS, 60);
    expect(remaining(await me(bob))).toBe(5);
    expect(remaining(await me(namesake))).toBe(5);
  });

  it('is not counted where nobody is asked who they are', async () => {
    for (const path of ['/health', '/health/live', '/docs-json']) {
      const { headers } = await request('GET', world.nodeUrls[0] + path);
      expect(headers).not.toHaveProperty('ratelimit-limit');
    }
  });

  it('can be read by pages of ours', async () => {
    const origin = 'https://app.kaha.test';
    const open = await world.startNode({ RATE_LIMIT_REQUESTS: '5', CORS_ORIGINS: origin });
    const { headers } = await world
      .person('Alice')
      .at(open)
      .asks('GET', '/v1/users/me', { headers: { origin } });
    const readable = headers['access-control-expose-headers'] ?? '';
    for (const name of ['limit', 'remaining', 'reset', 'policy'])
      expect(readable).toContain(`ratelimit-${name}`);
  });
});

describe('how many messages one may send', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2, env: { RATE_LIMIT_MESSAGES: `${MESSAGES}` } });
    await counting(world);
  });
  afterAll(() => world.stop());

  it('T20 is one number for both nodes and both doors, and what is too much is not stored', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const device = await alice.at(1).connects();
    expect((await alice.says(chat, 'one')).status).toBe(201);
    expect(await device.says(chat, 'two')).toMatchObject({ ok: true });
    expect((await alice.at(1).says(chat, 'three')).status).toBe(201);

    expectRefused(await alice.says(chat, 'four'), MESSAGES, 10);
    const { error } = (await device.says(chat, 'five')) as { error: unknown };
    expectProblemObject(error, 'rate_limited');
    // Whether there is such a conversation is not even looked at.
    expectRefused(await alice.says({ id: randomUUID() }, 'six'), MESSAGES, 10);

    expect((await alice.reads(chat)).body.items.map(({ content }) => content)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect((await bob.says(chat, 'I may')).status).toBe(201);
    device.leaves();
  });

  it('does not count what has no shape of a message', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    await spend(MESSAGES, () => alice.sends(chat, { content: 1 }));
    expect((await alice.says(chat, 'still one')).status).toBe(201);
  });

  it('says nothing of requests where those are not limited', async () => {
    expect((await me(world.person('Alice'))).headers).not.toHaveProperty('ratelimit-limit');
  });
});

describe('T23 who can not say who they are', () => {
  let world: World;
  let [direct, proxied] = [0, 0];
  beforeAll(async () => {
    const env = { RATE_LIMIT_REQUESTS: `${REQUESTS}` };
    world = await World.start();
    // Counters of their own, since all of this comes from one address.
    direct = await world.startNode({ ...env, REDIS_KEY_PREFIX: `test:${randomUUID()}:` });
    proxied = await world.startNode({ ...env, TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' });
    await counting(world);
  });
  afterAll(() => world.stop());

  let tokensTried = 0;
  const urlOf = (node: number): string => world.nodeUrls[node] ?? '';

  /** One more try by REST, each with another token and another story about where it comes from. */
  function tries(node: number, forwarded?: string): Promise<Answer<unknown>> {
    const token = `a.bad.token-${tokensTried++}`;
    return request('GET', `${urlOf(node)}/v1/users/me`, {
      headers: { authorization: `Bearer ${token}`, ...(forwarded && { 'x-forwarded-for': forwarded }) },
    });
  }

  async function triesBySocket(node: number, transport: 'websocket' | 'polling', forwarded?: string) {
    const options: DeviceOptions = {
      transports: [transport],
      auth: { token: 'a.b.c' },
      extraHeaders: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    };
    return Device.connect(urlOf(node), options).then(
      () => 'let in',
      (refusal: { data?: { status: number } }) => refusal.data?.status,
    );
  }

  const randomAddress = () => `203.0.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`;

  it('spends the budget of the address, by both doors, whatever headers say', async () => {
    const answers = [
      await tries(direct),
      await tries(direct, randomAddress()),
      await tries(direct, randomAddress()),
    ];
    for (const answer of answers) expectProblem(answer, 'unauthenticated');
    expect(answers.map(remaining)).toEqual([5, 4, 3]);
    expect(await triesBySocket(direct, 'websocket')).toBe(401);
    expect(await triesBySocket(direct, 'polling', randomAddress())).toBe(401);
    expectProblem(await tries(direct, 'unknown'), 'unauthenticated');

    expectRefused(await tries(direct), REQUESTS, 60);
    expectRefused(await tries(direct, randomAddress()), REQUESTS, 60);
    expect(await triesBySocket(direct, 'websocket', randomAddress())).toBe(429);
    expect(await triesBySocket(direct, 'polling', randomAddress())).toBe(429);

    // Somebody else at that address is known, and so not concerned.
    const alice = world.person('Alice').at(direct);
    expect(remaining(await me(alice))).toBe(5);
    (await alice.connects()).leaves();
  });

  it('is told apart behind a proxy we trust, by the last hop we do not', async () => {
    const [one, other] = ['198.51.100.1', '198.51.100.2'];
    await spend(3, () => tries(proxied, `${randomAddress()}, ${one}`));
    expect(await triesBySocket(proxied, 'websocket', `127.0.0.1, ${one}`)).toBe(401);
    expect(await triesBySocket(proxied, 'polling', `${one}, 10.1.2.3`)).toBe(401);
    expect(remaining(await tries(proxied, `${one}, 10.0.0.9, 10.0.0.8`))).toBe(0);

    expectRefused(await tries(proxied, `${other}, ${one}`), REQUESTS, 60);
    expect(await triesBySocket(proxied, 'websocket', `${other}, ${one}`)).toBe(429);
    expect(await triesBySocket(proxied, 'polling', `${other}, ${one}`)).toBe(429);
    expect(remaining(await tries(proxied, other))).toBe(5);
    expect(await triesBySocket(proxied, 'polling', `${one}, ${other}`)).toBe(401);
    expect(remaining(await tries(proxied))).toBe(5);
  });
});

describe('F05 limits without Redis', () => {
  const env = { RATE_LIMIT_REQUESTS: `${REQUESTS}`, RATE_LIMIT_MESSAGES: `${MESSAGES}` };
  let world: World;
  let link: FaultProxy;
  beforeAll(async () => {
    link = await FaultProxy.to(testRedisUrl());
    world = await World.start({ nodes: 2, env: { ...env, REDIS_URL: link.url } });
    await counting(world);
  });
  afterAll(async () => {
    await world.stop();
    link.close();
  });

  it('are there from the moment a black hole swallows it, and hardly anybody waits', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    link.become('hole');
    const sendings: { status: number; ms: number }[] = [];
    await spend(MESSAGES + 1, async () => {
      const began = performance.now();
      const { status } = await alice.says(chat, 'hello');
      sendings.push({ status, ms: performance.now() - began });
    });
    expect(sendings.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
    const [first, ...others] = sendings.map(({ ms }) => ms);
    // One time-out of half a second, though two limits were asked.
    expect(first).toBeLessThan(900);
    expect(Math.max(...others)).toBeLessThan(300);
  });

  it('are there while it is away, for each node', async () => {
    const alice = world.person('Alice');
    link.become('cut');
    for (const node of [0, 1]) {
      await eventually(async () =>
        expect((await request('GET', `${world.nodeUrls[node]}/health/ready`)).body).toEqual({
          status: 'degraded',
        }),
      );
      await spend(REQUESTS, () => me(alice.at(node)));
      expectRefused(await me(alice.at(node)), REQUESTS, 60);
    }
  });

  it('are shared again when it is back', async () => {
    link.become('none');
    await counting(world);
    await eventually(async () => {
      const bob = world.person('Bob');
      expect(remaining(await me(bob))).toBe(REQUESTS - 1);
      expect(remaining(await me(bob.at(1)))).toBe(REQUESTS - 2);
    });
  });
});
