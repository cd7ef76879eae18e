import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { CapturedLog, type LogLine } from '../support/captured-log';
import { eventually } from '../support/eventually';
import { request } from '../support/rest';
import { SERVICE_TOKEN, World } from '../support/world';

const MESSAGES = '/v1/conversations/:conversationId/messages';

describe('the access log', () => {
  let world: World;
  let log: CapturedLog;
  beforeAll(async () => {
    world = await World.start();
    log = new CapturedLog();
  });
  beforeEach(() => log.forget());
  afterAll(async () => {
    Logger.overrideLogger(false);
    await world.stop();
  });

  const masked = (id: string): string => `…${id.slice(-4)}`;

  /** The accesses so far: a request is logged just after it was answered, so there may be some to wait for. */
  const accesses = (count: number): Promise<LogLine[]> =>
    eventually(() => {
      const lines = log.lines({ msg: 'conversation access' });
      expect(lines).toHaveLength(count);
      return lines;
    });

  it('has a line for each request about a conversation, and the request no other', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await eventually(() => expect(log.lines({ msg: 'request' })).toHaveLength(1));
    await alice.says(chat, 'hello');
    await bob.reads(chat);
    await bob.sees(chat);

    const lines = await accesses(3);
    expect(lines.map(({ operation, caller }) => [operation, caller])).toEqual([
      [`POST ${MESSAGES}`, masked(alice.id)],
      [`GET ${MESSAGES}`, masked(bob.id)],
      ['GET /v1/conversations/:conversationId', masked(bob.id)],
    ]);
    for (const line of lines)
      expect(line).toMatchObject({
        level: 'info',
        door: 'rest',
        tenantId: '…0000',
        conversationId: masked(chat.id),
        outcome: 'ok',
        ms: expect.any(Number),
        requestId: expect.stringMatching(/./),
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    expect(lines.map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(log.lines({ msg: 'request' })).toHaveLength(1);
  });

  it('goes by the id the answer had', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const { headers } = await alice.asks('GET', `/v1/conversations/${chat.id}`);
    expect((await accesses(1))[0]?.['requestId']).toBe(headers['x-request-id']);
  });

  it('has a line for each event about a conversation', async () => {
    const tenantId = randomUUID();
    const [alice, bob] = [world.person('Alice', { tenantId }), world.person('Bob', { tenantId })];
    const chat = await alice.chatWith(bob);
    const device = await alice.connects();
    await device.says(chat, 'hello');
    const { ok } = await device.says(chat, '');
    expect(ok).toBe(false);

    const shared = { door: 'socket', operation: 'send_message', caller: masked(alice.id) };
    const [first, second] = await accesses(2);
    expect(first).toMatchObject({ ...shared, conversationId: masked(chat.id), outcome: 'ok' });
    expect(second).toMatchObject({ ...shared, outcome: 'validation_failed' });
    expect(first?.['tenantId']).toBe(masked(tenantId));
    expect(first?.['requestId']).toEqual(expect.stringMatching(/./));
    expect(first?.['requestId']).not.toBe(second?.['requestId']);
    device.leaves();
  });

  it('tells other services from people', async () => {
    const chat = await world.person('Alice').chatWith(world.person('Bob'));
    const tenantId = randomUUID();
    await request('POST', `${world.nodeUrls[0]}/v1/internal/conversations/${chat.id}/messages`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}`, 'x-tenant-id': tenantId },
      body: { type: 'system', content: 'a notice', clientMessageId: randomUUID() },
    });
    expect(await accesses(1)).toMatchObject([
      { caller: 'service', tenantId: masked(tenantId), outcome: 'conversation_not_found' },
    ]);
  });

  it('has the attempts too that were refused, and tells security of them', async () => {
    const [alice, mallory] = [world.person('Alice'), world.person('Mallory')];
    const chat = await alice.chatWith(world.person('Bob'));
    const device = await mallory.connects();
    await mallory.reads(chat);
    await mallory.reads({ id: randomUUID() });
    await device.says(chat, 'let me in');
    await request('GET', `${world.nodeUrls[0]}/v1/conversations/${chat.id}`);
    await request('GET', `${world.nodeUrls[0]}/v1/conversations/${chat.id}`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
    });
    await alice.asks('GET', '/v1/conversations/what-alice-wrote');

    const lines = await accesses(6);
    expect(lines.map(({ caller, outcome, status }) => [caller, outcome, status])).toEqual(
      expect.arrayContaining([
        [masked(mallory.id), 'conversation_not_found', 404],
        [masked(mallory.id), 'conversation_not_found', undefined],
        ['nobody', 'unauthenticated', 401],
        [masked(alice.id), 'validation_failed', 400],
      ]),
    );
    expect(lines.filter(({ conversationId }) => conversationId === masked(chat.id))).toHaveLength(4);
    expect(lines.filter(({ conversationId }) => conversationId === 'malformed')).toHaveLength(1);
    expect(log.text).not.toContain('what-alice-wrote');

    const events = log.lines({ msg: 'security event' });
    expect(events.map(({ security, door, level }) => [security, door, level]).sort()).toEqual([
      ['not_a_member', 'rest', 'warn'],
      ['not_a_member', 'rest', 'warn'],
      ['not_a_member', 'socket', 'warn'],
      ['token_refused', 'rest', 'warn'],
      ['token_refused', 'rest', 'warn'],
    ]);
    device.leaves();
  });

  it('says also who asked too often', async () => {
    const node = await world.startNode({ RATE_LIMIT_REQUESTS: '2' });
    // Nodes of a process share what Nest logs with, and the last one to start decides where to.
    log = new CapturedLog();
    const alice = world.person('Alice').at(node);
    const chat = await alice.chatWith(world.person('Bob'));
    await alice.sees(chat);
    await alice.sees(chat);
    const shown = { caller: masked(alice.id), tenantId: '…0000', conversationId: masked(chat.id) };
    expect(await accesses(2)).toMatchObject([
      { ...shown, outcome: 'ok' },
      { ...shown, outcome: 'rate_limited', status: 429 },
    ]);
    expect(log.lines({ security: 'rate_limited' })).toMatchObject([shown]);
  });
});
