import { eventually } from '../support/eventually';
import { expectProblem } from '../support/problem';
import { type Answer, request } from '../support/rest';
import { JWT_SECRET } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

/** Where nothing listens. */
const NOWHERE = '127.0.0.1:1';

describe('the health of a node', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(() => world.kaha.behave({ kind: 'ok' }));
  afterAll(() => world.stop());

  const ask = (path: string, node = 0): Promise<Answer<{ status: string; checks: object }>> =>
    request('GET', `${world.nodeUrls[node]}${path}`);

  it('is good when all it needs is there, which anybody may ask', async () => {
    await eventually(async () => expect((await ask('/health/ready')).body).toEqual({ status: 'ok' }));
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await ask('/health')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        checks: { postgres: 'up', redis: 'up', upstream: 'up' },
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        uptimeSeconds: expect.any(Number),
      },
    });
  });

  it('is told without secrets', async () => {
    const { DATABASE_URL = '', REDIS_URL = '' } = world.environment;
    const report = JSON.stringify((await ask('/health')).body);
    const secrets = [DATABASE_URL, REDIS_URL].flatMap((url) => [
      url,
      new URL(url).password,
      new URL(url).host,
    ]);
    for (const secret of [...secrets, JWT_SECRET, SERVICE_TOKEN, world.kaha.token].filter(Boolean)) {
      expect(report).not.toContain(secret);
    }
  });

  it('is no worse for many who ask', async () => {
    world.kaha.forgetCalls();
    await Promise.all(Array.from({ length: 200 }, () => ask('/health/ready')));
    expect(world.kaha.calls.length).toBeLessThanOrEqual(1);
  });

  it('is degraded without upstream, and good again with it', async () => {
    const readyWith = (status: string, upstream: string) => async (): Promise<void> => {
      expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status } });
      expect((await ask('/health')).body.checks).toMatchObject({ upstream });
    };
    world.kaha.behave({ kind: 'hang' });
    await eventually(readyWith('degraded', 'down'), 10_000);
    world.kaha.behave({ kind: 'ok' });
    await eventually(readyWith('ok', 'up'), 10_000);
  });

  it('is degraded without Redis, and it works', async () => {
    const node = await world.startNode({ REDIS_URL: `redis://${NOWHERE}` });
    expect(await ask('/health/ready', node)).toMatchObject({ status: 200, body: { status: 'degraded' } });
    expect((await ask('/health', node)).body.checks).toMatchObject({ postgres: 'up', redis: 'down' });
    const alice = world.person('Alice').at(node);
    const chat = await alice.chatWith(world.person('Bob'));
    expect((await alice.says(chat, 'all the same')).status).toBe(201);
  });

  it('is bad without Postgres: alive, not ready, and every request is told so soon', async () => {
    const node = await world.startNode({ DATABASE_URL: `postgres://chat:chat@${NOWHERE}/chat` });
    expect(await ask('/health/live', node)).toMatchObject({ status: 200, body: { status: 'ok' } });
    for (const path of ['/health/ready', '/health']) {
      const { status, headers, body } = await ask(path, node);
      expect({ status, body: body.status }).toEqual({ status: 503, body: 'unavailable' });
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const asked = performance.now();
    const answers = await Promise.all([
      alice.at(node).inbox(),
      alice.at(node).opens(bob),
      alice.at(node).says(chat, 'hello?'),
      alice.at(node).reads(chat),
      alice.at(node).asks('GET', '/v1/users/me'),
    ]);
    expect(performance.now() - asked).toBeLessThan(5_000);
    for (const answer of answers) expectProblem(answer, 'unavailable');
  });
});
