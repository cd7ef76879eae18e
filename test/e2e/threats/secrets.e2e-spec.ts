import { randomBytes, randomUUID } from 'node:crypto';
import { Person } from '../../support/chat-client';
import { eventually } from '../../support/eventually';
import { freePort } from '../../support/free-port';
import { NodeProcess } from '../../support/node-process';
import { request, type RequestParts } from '../../support/rest';
import { Scrape } from '../../support/scrape';
import { JWT_SECRET, secondsFromNow, signedToken } from '../../support/tokens';
import { SERVICE_TOKEN, World } from '../../support/world';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

describe('T27 what a node writes about itself', () => {
  let world: World;
  let node: NodeProcess;
  let url: string;
  let metricsUrl: string;
  let chat: { id: string };
  let alice: Person;
  let bob: Person;
  /** Everything that must not be told, by what it is. */
  const secrets = new Map<string, string>();
  /** All that the node told of itself. */
  let told: string;

  /** Something secret, unlike anything else, and unlike an id, which would be masked. */
  const mark = (what: string): string => {
    const text = `mark${randomBytes(12).toString('hex')}`;
    secrets.set(what, text);
    return text;
  };

  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    const port = await freePort();
    node = new NodeProcess({
      ...world.environment,
      NODE_ENV: 'production',
      LOG_LEVEL: 'trace',
      METRICS_PORT: String(port),
    });
    url = await node.listening();
    metricsUrl = `http://127.0.0.1:${port}`;
    [alice, bob] = [person('Alice'), person('Bob')];
    chat = await alice.chatWith(bob);
    await everythingIsTried();

    const health = await Promise.all(
      ['/health', '/health/ready', '/health/live'].map((path) => request('GET', url + path)),
    );
    const { text } = await Scrape.of(metricsUrl);
    node.signal('SIGTERM');
    await node.exited;
    told = [node.output, node.errorOutput, text, JSON.stringify(health)].join('\n');
  });
  afterAll(async () => {
    node.signal('SIGKILL');
    await node.exited;
    await world.stop();
  });

  it('is a lot: accesses, refusals, faults and measurements', () => {
    for (const part of [
      '"msg":"listening"',
      '"msg":"conversation access"',
      '"security":"token_refused"',
      '"security":"service_token_refused"',
      '"security":"not_a_member"',
      '"msg":"request failed"',
      '"msg":"event failed"',
      'chat_messages_total{type="text",outcome="stored"}',
      '"uptimeSeconds":',
    ])
      expect(told).toContain(part);
  });

  it('has nothing that was written, and no secret', () => {
    const { DATABASE_URL = '', REDIS_URL = '' } = world.environment;
    const known = {
      JWT_SECRET,
      SERVICE_TOKEN,
      DATABASE_URL,
      REDIS_URL,
      KAHA_SERVICE_TOKEN: world.kaha.token,
    };
    for (const [what, secret] of [...secrets, ...Object.entries(known)])
      expect({ what, told: secret !== '' && told.includes(secret) }).toEqual({ what, told: false });
  });

  it('has no token, nor any part of one', () => {
    const parts = [alice, bob].flatMap(({ token }) => token.split('.').slice(1));
    for (const part of parts) expect(told.includes(part)).toBe(false);
    expect(told).not.toMatch(/\beyJ/);
  });

  it('has no whole id', () => {
    expect(UUID.exec(told)?.[0]).toBeUndefined();
  });

  function person(name: string): Person {
    const id = randomUUID();
    world.kaha.knowsUsers({ uuid: id, name: mark(`the name of ${name}`), avatar_url: null });
    return new Person({ name, id, tenantId: null }, [url]);
  }

  async function everythingIsTried(): Promise<void> {
    await whatIsSaid();
    await whatIsMalformed();
    await whatIsForged();
    await whatSocketsSay();
    await whatDependenciesSay();
  }

  async function whatIsSaid(): Promise<void> {
    const said = await alice.says(chat, mark('content'), { metadata: { note: mark('metadata') } });
    expect(said.status).toBe(201);
    await bob.reads(chat);
    await bob.inbox();
    await alice.asks('PATCH', `/v1/conversations/${chat.id}/messages/${said.body.id}`, {
      body: { content: mark('edited content') },
    });
    await alice.asks('DELETE', `/v1/conversations/${chat.id}/messages/${said.body.id}`);
    await alice.asks('POST', '/v1/conversations', {
      body: { type: 'group', participantIds: [bob.id], name: mark('the name of a group') },
    });
    await request('POST', `${url}/v1/internal/conversations/${chat.id}/messages`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
      body: { type: 'system', content: mark('a notice'), clientMessageId: randomUUID() },
    });
  }

  async function whatIsMalformed(): Promise<void> {
    const messages = `/v1/conversations/${chat.id}/messages`;
    const post = (body: unknown, headers: RequestParts['headers'] = {}) =>
      alice.asks('POST', messages, { body, headers });
    await post({ content: mark('too long').repeat(200) });
    await post({ content: { nested: mark('of a wrong type') } });
    await post({ content: 'hello', [mark('the name of a field')]: mark('an unknown field') });
    await post(`{"content":"${mark('broken JSON')}`);
    await post(mark('another type of body'), { 'content-type': 'text/plain' });
    await post(mark('a strange type of body'), { 'content-type': `application/${mark('content type')}` });
    await post({ content: 'hello' }, { 'idempotency-key': mark('idempotency key') });
    await post({ content: mark('a reply'), replyToId: randomUUID() });
    await post({ content: mark('a type nobody knows'), type: mark('type') });
    await post({ content: mark('oversized').repeat(20_000) });
    await alice.asks('GET', `/v1/conversations?cursor=${mark('cursor')}`);
    await alice.asks('GET', `${messages}?${mark('the name of a parameter')}=${mark('parameter')}`);
    await alice.asks('GET', `/v1/conversations/${mark('an id')}/messages`);
    await alice.asks('GET', `/v1/conversations/${chat.id}/messages/${mark('the id of a message')}`);
    await alice.asks('GET', `/${mark('path')}`);
    await alice.asks('GET', `/v1/%${mark('a path that can not be read')}`);
    await request('GET', `${metricsUrl}/${mark('path at the port of metrics')}`);
  }

  async function whatIsForged(): Promise<void> {
    const forged = [
      ['a token', mark('a token')],
      ['signature', signedToken({ sub: alice.id, exp: secondsFromNow(60) }, mark('a key'))],
      ['expired', signedToken({ sub: alice.id, exp: secondsFromNow(-60), note: mark('a claim') })],
      ['algorithm', signedToken({ sub: alice.id }, JWT_SECRET, { alg: mark('alg'), kid: mark('kid') })],
    ] as const;
    for (const [what, token] of forged) {
      secrets.set(`forged: ${what}`, token.split('.').at(-1) as string);
      const headers = { authorization: `Bearer ${token}`, 'x-tenant-id': mark('tenant') };
      await request('GET', `${url}/v1/conversations/${chat.id}`, { headers });
      await request('GET', `${url}/v1/conversations?token=${token}`);
      await request('POST', `${url}/v1/internal/events`, { headers, body: {} });
      await expect(alice.connects({ auth: { token } })).rejects.toThrow();
      await expect(
        alice.connects({ auth: {}, query: { token }, extraHeaders: { authorization: `Bearer ${token}` } }),
      ).rejects.toThrow();
    }
    const basic = {
      authorization: `Basic ${mark('basic')}`,
      cookie: mark('cookie'),
      'user-agent': mark('agent'),
    };
    await request('GET', `${url}/v1/users/me`, { headers: basic });
    await request('GET', `${url}/v1/users/me`, {
      headers: {
        traceparent: mark('trace'),
        'x-forwarded-for': mark('forwarded'),
        origin: `https://${mark('origin')}.example`,
      },
    });
    await expect(
      alice.connects({ extraHeaders: { origin: `https://${mark('origin of a socket')}.example` } }),
    ).rejects.toThrow();
    await person('Mallory').says(chat, mark('what an outsider said'));
  }

  async function whatSocketsSay(): Promise<void> {
    const device = await alice.connects();
    expect(await device.says(chat, mark('said by socket'))).toMatchObject({ ok: true });
    await device.asks('send_message', {
      conversationId: mark('an id by socket'),
      content: mark('content by socket'),
    });
    await device.asks('send_message', { conversationId: { [mark('a key')]: mark('a value') } });
    await device.asks('send_message', mark('no object'));
    await device.asks(mark('event'), { conversationId: chat.id, content: mark('of an event nobody knows') });
    device.leaves();
  }

  /** What they answer may quote what they were given. */
  async function whatDependenciesSay(): Promise<void> {
    const refused = mark('what Postgres refuses');
    await world.database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'this is not wanted: %', NEW.content USING DETAIL = NEW.content, ERRCODE = '23514';
       END $$`,
    );
    await world.database.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW
       WHEN (NEW.content LIKE '%${refused}%') EXECUTE FUNCTION refuse()`,
    );
    expect((await alice.says(chat, refused)).status).toBeGreaterThanOrEqual(500);
    const device = await bob.connects();
    expect(await device.says(chat, refused)).toMatchObject({ ok: false });
    device.leaves();

    world.kaha.behave({ kind: 'body', body: `{"users": "${mark('what kaha says')}` });
    await alice.inbox();
    await eventually(() => expect(node.output).toContain('profile source is away'));
  }
});
