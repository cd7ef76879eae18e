import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblem, expectProblemObject } from '../support/problem';
import { type Answer, request, type RequestParts } from '../support/rest';
import { secondsFromNow, signedToken } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

/** Promised is a second; the machine that runs this may be busy. */
const WITHIN_MS = 2_000;

describe.each([
  ['with Redis', {}],
  ['without Redis', { REDIS_URL: 'redis://127.0.0.1:1' }],
])('revoked sessions, on two nodes %s,', (_how, env) => {
  let world: World;
  let alice: Person;
  const devices: Device[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 2, env });
  });
  beforeEach(() => {
    alice = world.person('Alice');
  });
  afterEach(() => devices.splice(0).forEach((device) => device.leaves()));
  afterAll(() => world.stop());

  const tokenFrom = (secondsAgo: number | null, of = alice, tenant?: string): string =>
    signedToken({
      sub: of.id,
      exp: secondsFromNow(3600),
      ...(secondsAgo !== null && { iat: secondsFromNow(-secondsAgo) }),
      ...(tenant !== undefined && { tenant }),
    });

  const uses = (token: string, node = 0): Promise<Answer<unknown>> =>
    request('GET', `${world.nodeUrls[node]}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } });

  async function connects(token: string, node: number): Promise<Device> {
    const device = await Device.connect(world.nodeUrls[node] ?? '', { auth: { token } });
    devices.push(device);
    return device;
  }

  const tells = (event: unknown, headers: RequestParts['headers'] = {}): Promise<Answer<unknown>> =>
    request('POST', `${world.nodeUrls[0]}/v1/internal/events`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}`, ...headers },
      body: event,
    });

  const revokes = (more: object = {}, headers: RequestParts['headers'] = {}) =>
    tells({ type: 'user.sessions.revoked', uuid: alice.id, ...more }, headers);

  it('are refused from then on, at once by the one, by the other within a second', async () => {
    const [token, another] = [tokenFrom(60), tokenFrom(60, world.person('Bob'))];
    for (const node of [0, 1]) expect((await uses(token, node)).status).toBe(200);
    const { status, body } = await revokes();
    expect([status, body]).toEqual([202, '']);
    expectProblem(await uses(token), 'unauthenticated');
    await eventually(async () => expectProblem(await uses(token, 1), 'unauthenticated'), WITHIN_MS);
    for (const node of [0, 1]) {
      expectProblem(await uses(tokenFrom(null), node), 'unauthenticated');
      expect((await uses(tokenFrom(-2), node)).status).toBe(200);
      expect((await uses(another, node)).status).toBe(200);
    }
  });

  it('end on every node within a second: sockets are told and closed, those with newer tokens stay', async () => {
    const old = [await connects(tokenFrom(60), 0), await connects(tokenFrom(null), 1)];
    const fresh = [await connects(tokenFrom(5), 0), await connects(tokenFrom(5), 1)];
    const before = new Date(secondsFromNow(-30) * 1_000).toISOString();
    expect((await revokes({ before })).status).toBe(202);
    await eventually(() => {
      for (const { socket, events } of old) {
        expect(events).toEqual(['ready', 'session_expired']);
        expect(socket.connected).toBe(false);
      }
    }, WITHIN_MS);
    for (const url of world.nodeUrls) {
      const { body } = await request<string>('GET', `${url}/metrics`);
      expect(body).toContain('security_events_total{kind="session_revoked"} 1\n');
    }
    for (const device of fresh) {
      expect(device.events).toEqual(['ready']);
      expect(await device.says({ id: randomUUID() }, 'still here')).toMatchObject({
        error: { code: 'conversation_not_found' },
      });
    }
  });

  it('are not begun again with the old token', async () => {
    const token = tokenFrom(60);
    await uses(token, 1);
    await revokes();
    for (const node of [0, 1]) {
      await eventually(async () => {
        const refused: unknown = await connects(token, node).catch((error: unknown) => error);
        expectProblemObject((refused as { data?: unknown }).data, 'unauthenticated');
      }, WITHIN_MS);
    }
  });

  it('are revoked also of somebody who was never here, in the tenant that is named', async () => {
    const tenant = randomUUID();
    expect((await revokes({}, { 'x-tenant-id': tenant })).status).toBe(202);
    for (const node of [0, 1]) {
      expectProblem(await uses(tokenFrom(60, alice, tenant), node), 'unauthenticated');
      expect((await uses(tokenFrom(60), node)).status).toBe(200);
    }
  });

  it('are revoked by nobody but a service', async () => {
    const path = `${world.nodeUrls[0]}/v1/internal/events`;
    const body = { type: 'user.sessions.revoked', uuid: alice.id };
    expectProblem(await request('POST', path, { body }), 'unauthenticated');
    expectProblem(await alice.asks('POST', '/v1/internal/events', { body }), 'unauthenticated');
    expect((await uses(tokenFrom(60))).status).toBe(200);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['a list', [], ''],
    ['no type', { uuid: randomUUID() }, 'type'],
    ['a type nobody knows', { type: 'user.deleted', uuid: randomUUID() }, 'type'],
    ['nobody', { type: 'user.sessions.revoked' }, 'uuid'],
    ['somebody without an id', { type: 'user.sessions.revoked', uuid: 'alice' }, 'uuid'],
    ['no time', { type: 'user.sessions.revoked', uuid: randomUUID(), before: 'yesterday' }, 'before'],
    ['null for a time', { type: 'user.sessions.revoked', uuid: randomUUID(), before: null }, 'before'],
    ['a number', { type: 'user.sessions.revoked', uuid: randomUUID(), before: 1_780_000_000 }, 'before'],
    [
      'a time to come',
      { type: 'user.sessions.revoked', uuid: randomUUID(), before: '2999-01-01T00:00:00Z' },
      'before',
    ],
    ['a field too many', { type: 'user.sessions.revoked', uuid: randomUUID(), now: true }, 'now'],
  ])('are not revoked by an event with %s', async (_what, event, path) => {
    expectProblem(await tells(event), 'validation_failed', path);
  });
});

describe('a node that starts after sessions were revoked', () => {
  it('refuses them at first sight', async () => {
    const world = await World.start();
    try {
      const alice = world.person('Alice');
      const token = signedToken({ sub: alice.id, iat: secondsFromNow(-60), exp: secondsFromNow(3600) });
      const headers = { authorization: `Bearer ${token}` };
      expect((await request('GET', `${world.nodeUrls[0]}/v1/users/me`, { headers })).status).toBe(200);
      await request('POST', `${world.nodeUrls[0]}/v1/internal/events`, {
        headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
        body: { type: 'user.sessions.revoked', uuid: alice.id },
      });
      const late = await world.startNode();
      expectProblem(
        await request('GET', `${world.nodeUrls[late]}/v1/users/me`, { headers }),
        'unauthenticated',
      );
    } finally {
      await world.stop();
    }
  });
});
