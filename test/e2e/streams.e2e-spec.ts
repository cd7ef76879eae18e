import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PresenceDto } from '../../src/presence';
import type { SyncPageDto } from '../../src/sync';
import type { Person } from '../support/chat-client';
import { EventStream, type StreamOptions, StreamRefused } from '../support/event-stream';
import { eventually } from '../support/eventually';
import type { Heard } from '../support/history/history';
import { expectProblem, type RefusalCode } from '../support/problem';
import { RawConnection } from '../support/realtime/raw-connection';
import { type Answer, request } from '../support/rest';
import { Scrape } from '../support/scrape';
import { times } from '../support/times';
import { secondsFromNow, signedToken } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

const ORIGIN = 'https://app.kaha.test';
/** A closed stream may have told it a little later, on a busy machine. */
const TO_THE_SECOND_MS = 1_000;
/** Longer than a request may take, and than a stranger may stay. */
const LONG_SECONDS = 6;
const ONE_DAY_MS = 86_400_000;
const GONE_WITHIN_MS = 6_000;
const MORE_THAN_A_PAGE = 250;
/** Of 32 KiB each: more than the system keeps for both ends, and the node for one. */
const MOST_UNREAD = 600;

describe('a stream', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  const streams: EventStream[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 2, env: { CORS_ORIGINS: ORIGIN } });
  });
  beforeEach(() => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterEach(() => streams.splice(0).forEach((stream) => stream.leaves()));
  afterAll(() => world.stop());

  async function opens(person: Person, options: StreamOptions = {}): Promise<EventStream> {
    const stream = await person.streams(options);
    streams.push(stream);
    await eventually(() => expect(stream.events).toContain('ready'));
    return stream;
  }

  async function refusal(options: StreamOptions): Promise<Answer<unknown>> {
    const stream = await EventStream.open(world.nodeUrls[0] ?? '', options).catch((error: unknown) => error);
    if (stream instanceof StreamRefused) return stream.answer;
    throw new Error('let in');
  }

  const connected = async (node = 0): Promise<number | undefined> =>
    (await Scrape.of(world.nodeUrls[node])).value('chat_sockets_connected');

  /** Open TCP connections of the first node. */
  const connections = (): Promise<number> => {
    const server = world.nodes[0]?.getHttpServer() as Server;
    return promisify((done: (error: Error | null, count: number) => void) => server.getConnections(done))();
  };

  const nobodyIsHere = (): Promise<void> => eventually(async () => expect(await connected()).toBe(0));

  it('begins with `ready`, and says when to come back, and from where', async () => {
    const stream = await opens(alice);
    expect(stream.frames[0]).toMatchObject({ event: 'ready', frame: { userId: alice.id } });
    const [ready] = stream.heard('ready');
    expect(stream.lastEventId).toBe(ready?.since ?? '');
    expect(stream.retryMs).toBeGreaterThanOrEqual(1_000);
  });

  it('is kept by nobody on the way, held up by no proxy, and safe in browsers as any answer', async () => {
    const { headers } = await opens(alice, { headers: { origin: ORIGIN, 'accept-encoding': 'gzip, br' } });
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/./),
      'access-control-allow-origin': ORIGIN,
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('hears what a socket of the same person hears, word for word', async () => {
    const chat = await alice.chatWith(bob);
    const [device, stream] = [await bob.connects(), await opens(bob)];
    const fromNowOn = device.frames.length;

    const { id } = (await alice.says(chat, 'line\none\r\ntwo\u2028 "three", 👋')).body;
    await alice.edits(chat, id, 'better');
    await alice.says(chat, 'in reply', { replyToId: id });
    await bob.marksRead(chat, { seq: 2 });
    const writing = await alice.connects();
    await writing.asks('typing_start', { conversationId: chat.id });
    await writing.asks('typing_stop', { conversationId: chat.id });
    await alice.deletes(chat, id);
    await alice.changes(chat, { messageTtlSeconds: 3_600 });
    const group = await alice.groupWith(bob, world.person('Carol'));
    await alice.makes(group, bob, 'admin');
    await alice.removes(group, bob);

    const heard = (frames: readonly Heard[]): unknown[] =>
      frames.map(({ event, frame }) => ({ event, frame: frame ?? {} }));
    await eventually(() => expect(device.events).toContain('participant_removed'));
    await eventually(() =>
      expect(heard(stream.frames.slice(1))).toEqual(heard(device.frames.slice(fromNowOn))),
    );
    for (const event of ['new_message', 'message_updated', 'message_deleted', 'messages_read', 'user_typing'])
      expect(stream.events).toContain(event);
    device.leaves();
    writing.leaves();
  });

  it('is told what was missed as a socket is, before it is told that it is ready', async () => {
    const chat = await alice.chatWith(bob);
    const sent = await times(3, (n) => alice.says(chat, `missed ${n}`));
    const [device, stream] = [await bob.connects(), await opens(bob)];
    const replayed = sent
      .map(({ body }) => ({ message: body, replayed: true }))
      .toSorted((one, other) => one.message.seq - other.message.seq);
    expect(stream.heard('new_message')).toEqual(replayed);
    expect(stream.heard('new_message')).toEqual(device.heard('new_message'));
    expect(stream.happenings).toEqual(['new_message', 'new_message', 'new_message', 'ready']);
    device.leaves();
  });

  it('goes on where it was: what changed since comes in pages, and nothing of it twice', async () => {
    const chat = await alice.chatWith(bob);
    const first = await opens(bob);
    const { id } = (await alice.says(chat, 'heard live')).body;
    await eventually(() => expect(first.heard('new_message')).toHaveLength(1));
    await comesBackAndHears(first.lastEventId, [[id, 'heard live']]);
    first.leaves();

    await alice.edits(chat, id, 'missed');
    const other = (await alice.says(chat, 'missed, too')).body;
    const token = await comesBackAndHears(first.lastEventId, [
      [id, 'missed'],
      [other.id, 'missed, too'],
    ]);
    await comesBackAndHears(token, []);

    /** @returns from where it could go on. */
    async function comesBackAndHears(lastEventId: string, messages: [string, string][]): Promise<string> {
      const stream = await opens(bob, { lastEventId });
      const pages = stream.heard('sync');
      expect(pages.flatMap((page) => page.messages.map(({ id, content }) => [id, content]))).toEqual(
        messages,
      );
      expect(stream.happenings).toEqual([...pages.map(() => 'sync'), 'ready']);
      expect(stream.lastEventId).toBe(stream.heard('ready')[0]?.since);
      stream.leaves();
      return stream.lastEventId;
    }
  });

  it('goes on in the middle of its pages when it was cut there', async () => {
    const chat = await alice.chatWith(bob);
    const { lastEventId: since } = await opens(bob);
    const sent = await inTurns(
      MORE_THAN_A_PAGE,
      async (n) => (await alice.says(chat, `message ${n}`)).body.seq,
    );
    const cut = await bob.streams({ since });
    streams.push(cut);
    cut.cutAfter('sync');
    await cut.ended;
    const [page] = cut.heard('sync');
    expect([page?.hasMore, cut.lastEventId]).toEqual([true, page?.next]);

    // As a browser comes back: by the address it began with.
    const rest = await opens(bob, { since, lastEventId: cut.lastEventId });
    const pages = [page, ...rest.heard('sync')];
    expect(pages.flatMap((one) => one?.messages.map(({ seq }) => seq))).toEqual(sent);
  });

  it('T31 is cut when it is not read, at the cost of nobody else', async () => {
    const chat = await alice.chatWith(bob);
    const [stuck, device] = [await opens(bob), await bob.connects()];
    stuck.stopsReading();
    const cuts = async (): Promise<number> =>
      (await Scrape.of(world.nodeUrls[0])).value('chat_slow_consumers_total', { transport: 'live-stream' }) ??
      0;
    let sent = 0;
    while ((await cuts()) === 0 && sent < MOST_UNREAD)
      sent += (await times(20, () => alice.says(chat, '👋'.repeat(4_000)))).length;
    expect(await cuts()).toBe(1);
    await eventually(async () => expect(await connected()).toBe(1));
    await eventually(() => expect(device.heard('new_message')).toHaveLength(sent));
    device.leaves();
  });

  it('hears what happens at another node', async () => {
    const chat = await alice.chatWith(bob);
    const stream = await opens(bob.at(1));
    const { body } = await alice.says(chat, 'over there?');
    await eventually(() => expect(stream.heard('new_message')).toEqual([{ message: body }]));
  });

  it('T04 hears of its person’s removal, and then nothing', async () => {
    const group = await alice.groupWith(bob, world.person('Carol'));
    const stream = await opens(bob.at(1));
    await alice.removes(group, bob);
    await eventually(() => expect(stream.events).toContain('participant_removed'));
    const before = stream.frames.length;
    const message = (await alice.says(group, 'without him')).body;
    await alice.edits(group, message.id, 'still without him');
    await alice.says(await alice.chatWith(bob), 'but with him here');
    await eventually(() =>
      expect(stream.heard('new_message').at(-1)?.message.content).toBe('but with him here'),
    );
    const since = stream.frames.slice(before).map(({ frame }) => JSON.stringify(frame));
    expect(since.filter((frame) => frame.includes(group.id))).toEqual([]);
  });

  it('T07 hears nothing of others', async () => {
    const stream = await opens(world.person('Eve'));
    const chat = await alice.chatWith(bob);
    const his = await opens(bob);
    await alice.says(chat, 'between us');
    await eventually(() => expect(his.heard('new_message')).toHaveLength(1));
    expect(stream.events).toEqual(['ready']);
  });

  it.each<[string, () => StreamOptions, RefusalCode]>([
    ['no token', () => ({}), 'unauthenticated'],
    ['garbage', () => ({ token: 'garbage' }), 'unauthenticated'],
    ['the service’s token', () => ({ token: SERVICE_TOKEN }), 'unauthenticated'],
    [
      'another’s key',
      () => ({ token: signedToken({ sub: alice.id, exp: secondsFromNow(60) }, 'x'.repeat(32)) }),
      'unauthenticated',
    ],
    [
      'an old token',
      () => ({ token: signedToken({ sub: alice.id, exp: secondsFromNow(-60) }) }),
      'token_expired',
    ],
    [
      'T10 the page of a stranger',
      () => ({ token: alice.token, headers: { origin: `${ORIGIN}.evil.test` } }),
      'origin_refused',
    ],
  ])('is refused as any request is: %s', async (_what, options, code) => {
    expectProblem(await refusal(options()), code);
  });

  it.each<[string, (token: string) => StreamOptions]>([
    ['in the address', (since) => ({ since })],
    ['as what was heard last', (lastEventId) => ({ lastEventId })],
  ])('T02 does not go on from a token of somebody else, nor from one made up: %s', async (_where, from) => {
    const { next } = (await bob.asks<SyncPageDto>('GET', '/v1/sync')).body;
    for (const token of [next, `${next}A`, 'made up'])
      expectProblem(await refusal({ token: alice.token, ...from(token) }), 'invalid_cursor');
    expect((await opens(bob, from(next))).events).toContain('ready');
  });

  it('takes no token from the address', async () => {
    const answer = await request('GET', `${world.nodeUrls[0]}/v1/stream?token=${alice.token}`, {
      headers: { authorization: `Bearer ${alice.token}` },
    });
    expectProblem(answer, 'validation_failed', 'token');
  });

  it('is not opened by asking whether it is there', async () => {
    const { status, headers, body } = await alice.asks('HEAD', '/v1/stream');
    expect([status, body]).toEqual([200, '']);
    expect(headers['content-type']).toContain('text/event-stream');
    await nobodyIsHere();
  });

  it('T05 lasts as long as its token, however long that is, and ends with it to the second', async () => {
    const exp = secondsFromNow(LONG_SECONDS);
    const stream = await opens(alice, { token: signedToken({ sub: alice.id, exp }) });
    expect(await stream.ended).toBe(true);
    const late = Date.now() - exp * 1_000;
    expect([late, late >= 0 && late < TO_THE_SECOND_MS]).toEqual([late, true]);
    expect(stream.events.at(-1)).toBe('session_expired');
    // Not by itself: with the same token it would be refused again and again.
    expect(stream.retryMs).toBe(ONE_DAY_MS);
  });

  it('T05 ends at every node when its session is revoked', async () => {
    const token = signedToken({ sub: alice.id, exp: secondsFromNow(600), iat: secondsFromNow(-60) });
    const both = [await opens(alice, { token }), await opens(alice.at(1), { token })];
    await request('POST', `${world.nodeUrls[0]}/v1/internal/events`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
      body: { type: 'user.sessions.revoked', uuid: alice.id },
    });
    for (const stream of both) {
      expect(await stream.ended).toBe(true);
      expect(stream.events).toEqual(['ready', 'session_expired']);
    }
    expectProblem(await refusal({ token }), 'unauthenticated');
  });

  it('is somebody who is there, and who is gone when it is cut', async () => {
    await alice.chatWith(bob);
    const status = async (): Promise<unknown> => {
      const { body } = await bob.asks<PresenceDto>('GET', `/v1/presence?userIds=${alice.id}`);
      return body.users[alice.id]?.status;
    };
    const stream = await opens(alice);
    await eventually(async () => expect(await status()).toBe('online'));
    stream.leaves();
    await eventually(async () => expect(await status()).toBe('offline'), GONE_WITHIN_MS);
  });

  it('leaves nothing behind, however it ends', async () => {
    await nobodyIsHere();
    const before = await connections();
    const many = await times(20, () => alice.streams());
    await eventually(async () => expect(await connected()).toBe(20));
    for (const stream of many) stream.leaves();
    await nobodyIsHere();
    // Those of requests are kept, and may be a few more by now.
    await eventually(async () => expect(await connections()).toBeLessThan(before + 10));
  });

  it('is gone with its connection also where it has to wait there for another one', async () => {
    await nobodyIsHere();
    const tcp = await RawConnection.to(Number(new URL(world.nodeUrls[0] ?? '').port));
    const asking = `GET /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${alice.token}\r\n\r\n`;
    tcp.says(asking + asking);
    await eventually(async () => expect(await connected()).toBe(2));
    tcp.ends();
    await nobodyIsHere();
  });

  it('is timed until it begins, and is no request under way from then on', async () => {
    const count = async (): Promise<number> => {
      const labels = { method: 'GET', route: '/v1/stream', status: '2xx' };
      const scrape = await Scrape.of(world.nodeUrls[1]);
      return scrape.value('chat_http_request_duration_seconds_count', labels) ?? 0;
    };
    const before = await count();
    const stream = await opens(alice.at(1));
    expect(await count()).toBe(before + 1);
    stream.leaves();
    await stream.ended;
    await delay(100);
    expect(await count()).toBe(before + 1);
  });

  it('T13 costs one request, as any other', async () => {
    const limited = await world.startNode({ RATE_LIMIT_REQUESTS: '2', RATE_LIMIT_MESSAGES: '0' });
    const carol = world.person('Carol').at(limited);
    expect((await opens(carol)).headers['ratelimit-remaining']).toBe('1');
    expect((await opens(carol)).headers['ratelimit-remaining']).toBe('0');
    const third = await carol.streams().catch((error: unknown) => error);
    expectProblem((third as StreamRefused).answer, 'rate_limited');
  });

  it('T31 counts among the connections of its person: one more ends the oldest, of whichever kind', async () => {
    const limited = await world.startNode({ MAX_CONNECTIONS_PER_USER: '2' });
    const carol = world.person('Carol').at(limited);
    const [first, device] = [await opens(carol), await carol.connects()];
    const third = await opens(carol);
    expect(await first.ended).toBe(true);
    expect(first.events.at(-1)).toBe('session_evicted');
    expect(first.retryMs).toBe(ONE_DAY_MS);
    await opens(carol);
    await device.ended;
    expect(device.events.at(-1)).toBe('session_evicted');
    expect(third.events).toEqual(['ready']);
  });

  it('T31 is not begun where there is no room, and says so with its status', async () => {
    const full = await world.startNode({ MAX_CONNECTIONS: '1' });
    const carol = world.person('Carol').at(full);
    await opens(carol);
    const refused = await carol.streams().catch((error: unknown) => error);
    expectProblem((refused as StreamRefused).answer, 'unavailable');
  });

  it('F20 is told when its node stops, and ended in time', async () => {
    const stopping = await world.startNode();
    const carol = world.person('Carol').at(stopping);
    const many = await times(10, () => opens(carol));
    const begun = performance.now();
    await world.stopNode(stopping);
    expect(performance.now() - begun).toBeLessThan(5_000);
    for (const stream of many) {
      expect(await stream.ended).toBe(true);
      // Peers may fall silent meanwhile, which is still told.
      const last = stream.events.filter((event) => event !== 'sync_required').at(-1);
      expect(last).toBe('server_draining');
      expect(stream.retryMs).toBeLessThan(5_000);
    }
  });

  it('F05 hears what happens at its node also without Redis', async () => {
    const alone = await world.startNode({ REDIS_URL: 'redis://127.0.0.1:1' });
    const chat = await alice.chatWith(bob);
    const stream = await opens(bob.at(alone));
    await alice.at(alone).says(chat, 'just us');
    await eventually(() => expect(stream.heard('new_message')).toHaveLength(1));
  });

  it('is another’s with the same id in another tenant', async () => {
    const namesake = world.person('Bob', { id: bob.id, tenantId: randomUUID() });
    const stream = await opens(namesake);
    const chat = await alice.chatWith(bob);
    const his = await opens(bob);
    await alice.says(chat, 'not for a namesake');
    await eventually(() => expect(his.heard('new_message')).toHaveLength(1));
    expect(stream.events).toEqual(['ready']);
  });
});

async function inTurns<T>(howOften: number, deed: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < howOften; n++) results.push(await deed(n));
  return results;
}
