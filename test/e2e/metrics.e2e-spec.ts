import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { NodeProcess } from '../support/node-process';
import { expectProblem } from '../support/problem';
import { request } from '../support/rest';
import { Scrape } from '../support/scrape';
import { secondsFromNow, signedToken } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

const SENDING = { method: 'POST', route: '/v1/conversations/:conversationId/messages' };

describe('the metrics of a node', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterAll(() => world.stop());

  const scrape = (node = 0): Promise<Scrape> => Scrape.of(world.nodeUrls[node]);

  /** How much a series has risen since `before`. */
  const rise = async (
    before: Scrape,
    name: string,
    labels?: Readonly<Record<string, string>>,
  ): Promise<number> => {
    const now = await scrape();
    return (now.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
  };

  it('are in the format of Prometheus, for anybody who may reach the node', async () => {
    const { status, headers, body } = await request<string>('GET', `${world.nodeUrls[0]}/metrics`);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of body.trimEnd().split('\n'))
      expect(line).toMatch(/^(?:|# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? \S+)$/);
  });

  it('are named as Prometheus would, and listed in the README', async () => {
    const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
    const { families } = await scrape();
    const own = families.filter((name) => !/^(?:process|nodejs)_/.test(name));
    expect(own.length).toBeGreaterThan(8);
    expect(own.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    expect(own.filter((name) => !/^chat_|^security_events_total$/.test(name))).toEqual([]);
  });

  it('measure requests by route and class of status, whatever the address', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const before = await scrape();
    const chats = [await alice.chatWith(bob), await alice.chatWith(world.person('Carol'))];
    for (const chat of chats) await alice.says(chat, 'hello');
    await alice.sends(chats[0] as { id: string }, { content: '' });
    const name = 'chat_http_request_duration_seconds';
    await eventually(async () =>
      expect(await rise(before, `${name}_count`, { ...SENDING, status: '2xx' })).toBe(2),
    );
    expect(await rise(before, `${name}_count`, { ...SENDING, status: '4xx' })).toBe(1);
    expect(await rise(before, `${name}_sum`, { ...SENDING, status: '2xx' })).toBeGreaterThan(0);
  });

  it('count messages by what became of them, by whichever door they came', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const device = await bob.connects();
    const before = await scrape();
    const clientMessageId = randomUUID();
    await alice.says(chat, 'hello', { clientMessageId });
    await alice.says(chat, 'hello', { clientMessageId });
    await device.says(chat, 'hello yourself');
    await world.person('Mallory').says(chat, 'let me in');
    const messages = (outcome: string) => rise(before, 'chat_messages_total', { type: 'text', outcome });
    expect(await messages('stored')).toBe(2);
    expect(await messages('replayed')).toBe(1);
    expect(await messages('conversation_not_found')).toBe(1);
    expect(await rise(before, 'chat_write_path_append_seconds_count')).toBe(4);
    expect(await rise(before, 'chat_write_path_fanout_seconds_count')).toBe(2);
    device.leaves();
  });

  it('measure events of sockets, and count who is connected', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const before = await scrape();
    const devices = [await alice.connects(), await bob.connects()];
    expect(await rise(before, 'chat_sockets_connected')).toBe(2);
    await devices[0]?.says(chat, 'hello');
    await devices[0]?.says(chat, '');
    const events = (outcome: string, event = 'send_message') =>
      rise(before, 'chat_socket_event_duration_seconds_count', { event, outcome });
    expect([await events('ok'), await events('refused')]).toEqual([1, 1]);
    for (const device of devices) device.leaves();
    await eventually(async () => expect(await rise(before, 'chat_sockets_connected')).toBe(0));
  });

  it('count the conversations that are alive, at the node that stored their messages', async () => {
    const alice = world.person('Alice');
    const before = await scrape();
    const elsewhere = (await scrape(1)).value('chat_active_conversations');
    const chat = await alice.chatWith(world.person('Bob'));
    for (const content of ['one', 'two', 'three']) await alice.says(chat, content);
    await alice.chatWith(world.person('Carol'));
    expect(await rise(before, 'chat_active_conversations')).toBe(1);
    expect((await scrape(1)).value('chat_active_conversations')).toBe(elsewhere);
  });

  it('show the pool, the loop, and what the node leans on', async () => {
    await world.person('Alice').inbox();
    const now = await scrape();
    expect(now.value('chat_postgres_pool_connections', { state: 'total' })).toBeGreaterThan(0);
    expect(now.value('chat_postgres_pool_connections', { state: 'idle' })).toBeGreaterThanOrEqual(0);
    expect(now.value('chat_postgres_pool_waiting')).toBe(0);
    expect(now.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(now.value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    for (const dependency of ['postgres', 'upstream', 'partitions'])
      expect({ dependency, up: now.value('chat_dependency_up', { dependency }) }).toEqual({
        dependency,
        up: 1,
      });
    await eventually(async () =>
      expect((await scrape()).value('chat_dependency_up', { dependency: 'redis' })).toBe(1),
    );
  });

  it('are there also without Postgres, which they say is away', async () => {
    const node = await world.startNode({ DATABASE_URL: 'postgres://chat:chat@127.0.0.1:1/chat' });
    const now = await scrape(node);
    expect(now.value('chat_dependency_up', { dependency: 'postgres' })).toBe(0);
    expect(now.value('chat_postgres_pool_connections', { state: 'total' })).toBe(0);
  });

  it('count what is of interest to security', async () => {
    const [alice, mallory] = [world.person('Alice'), world.person('Mallory')];
    const chat = await alice.chatWith(world.person('Bob'));
    const before = await scrape();
    const url = `${world.nodeUrls[0]}/v1/conversations`;
    const expired = signedToken({ sub: alice.id, exp: secondsFromNow(-60) });
    await request('GET', url);
    await request('GET', url, { headers: { authorization: `Bearer ${expired}` } });
    await mallory.reads(chat);
    const device = await mallory.connects();
    await device.says(chat, 'let me in');
    device.leaves();
    await expect(mallory.connects({ auth: { token: 'not a token' } })).rejects.toThrow();
    await expect(mallory.connects({ extraHeaders: { origin: 'https://evil.example' } })).rejects.toThrow();
    await alice.asks('GET', '/v1/conversations?cursor=made-up');
    await alice.asks('POST', '/v1/conversations', { body: 'x'.repeat(300_000) });
    await alice.asks('POST', '/v1/internal/events', { body: {} });
    const lost = await alice.connects();
    await request('POST', `${world.nodeUrls[0]}/v1/internal/events`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
      body: { type: 'user.sessions.revoked', uuid: alice.id },
    });
    await lost.ended;

    const expected = {
      token_refused: 2,
      token_expired: 1,
      not_a_member: 2,
      origin_refused: 1,
      cursor_refused: 1,
      oversized: 1,
      service_token_refused: 1,
      session_revoked: 1,
      role_refused: 0,
    };
    await eventually(async () => {
      const kinds = Object.keys(expected).map(async (kind) => [
        kind,
        await rise(before, 'security_events_total', { kind }),
      ]);
      expect(Object.fromEntries(await Promise.all(kinds))).toEqual(expected);
    });
  });

  it('have no series that a client could think up', async () => {
    const alice = world.person('Alice');
    const device = await alice.connects();
    const mint = async (word: string): Promise<void> => {
      await request('GET', `${world.nodeUrls[0]}/${word}?${word}=${word}`);
      await request('GET', `${world.nodeUrls[0]}/v1/conversations/${word}`);
      await request('GET', `${world.nodeUrls[0]}/v1/%${word}`);
      await alice.asks('POST', `/v1/conversations/${randomUUID()}/messages`, {
        body: { type: word, content: word },
      });
      await alice.asks('GET', `/v1/conversations/${word}`, { headers: { 'x-request-id': word } });
      await device.asks(word, { conversationId: word });
      await device.asks('send_message', { conversationId: word, type: word, content: word });
    };
    await mint('first');
    await scrape();
    const before = (await scrape()).seriesNames;
    for (const word of ['second', '__proto__', 'constructor', 'zz%7B', 'a"b']) await mint(word);
    const minted = (await scrape()).seriesNames.filter((name) => !before.includes(name));
    expect(minted.filter((name) => !/^nodejs_/.test(name))).toEqual([]);
    device.leaves();
  });
});

describe('where metrics are served', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
  });
  afterAll(() => world.stop());

  const started = async (env: Readonly<Record<string, string>>): Promise<string> =>
    world.nodeUrls[await world.startNode(env)] as string;

  it('is nowhere in production, unless they have a port', async () => {
    const url = await started({ NODE_ENV: 'production' });
    expectProblem(await request('GET', `${url}/metrics`), 'not_found');
  });

  it.each(['production', 'development'])(
    'is only on the port that is theirs, where there is one: %s',
    async (NODE_ENV) => {
      const port = await freePort();
      const url = await started({ NODE_ENV, HOST: '127.0.0.1', METRICS_PORT: String(port) });
      expectProblem(await request('GET', `${url}/metrics`), 'not_found');
      const own = `http://127.0.0.1:${port}`;
      expect((await Scrape.of(own)).families).toContain('chat_sockets_connected');
      for (const path of ['/', '/health', '/v1/conversations', '/docs-json'])
        expectProblem(await request('GET', own + path), 'not_found');

      await world.stopNode(world.nodes.length - 1);
      await expect(request('GET', `${own}/metrics`)).rejects.toThrow('fetch failed');
    },
  );

  it('is not shared by two: the second process says so in one line, and ends', async () => {
    const env = { HOST: '127.0.0.1', METRICS_PORT: String(await freePort()) };
    await started(env);
    const second = new NodeProcess({ ...world.environment, ...env });
    expect(await second.exited).toBe(1);
    expect(second.errorOutput).toMatch(/^.*METRICS_PORT.*\n$/);
  });
});
