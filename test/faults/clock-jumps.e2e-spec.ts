import { randomUUID } from 'node:crypto';
import { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { WrongClock } from '../support/faults/wrong-clock';
import { NodeProcesses } from '../support/node-processes';
import { expectProblem } from '../support/problem';
import { request } from '../support/rest';
import { secondsFromNow, signedToken } from '../support/tokens';
import { upTo } from '../support/times';
import { World } from '../support/world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const JUMPS = [0, HOUR, -HOUR, 30 * DAY, -30 * DAY, 100 * DAY, 0];
const [JUMPING, AHEAD] = [0, 1];

describe('F18 a node whose clock is wrong', () => {
  let world: World;
  let nodes: NodeProcesses;
  const [clock, ahead] = [new WrongClock(), new WrongClock(5 * MINUTE)];
  const urls: string[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    nodes = new NodeProcesses(world);
    const started = [clock, ahead].map(({ environment }) =>
      nodes.start({ ...environment, RATE_LIMIT_REQUESTS: '2000', RATE_LIMIT_MESSAGES: '500' }).listening(),
    );
    urls.push(...(await Promise.all(started)));
  });
  beforeEach(() => jumpTo(0));
  afterAll(async () => {
    await nodes.end();
    await world.stop();
    for (const wrong of [clock, ahead]) wrong.remove();
  });

  /** With a token that is good for a year, so that no clock here makes it old. */
  function person(name: string): Person {
    const id = randomUUID();
    world.kaha.knowsUsers({ uuid: id, name, avatar_url: null });
    return new Person({ name, id, tenantId: null, tokenSeconds: 365 * 24 * 3_600 }, urls);
  }

  async function jumpTo(offsetMs: number): Promise<void> {
    clock.jumpTo(offsetMs);
    const observer = person('Observer');
    await eventually(async () => {
      const device = await observer.connects();
      device.leaves();
      const shown = Date.parse(device.heard('ready')[0]?.serverTime ?? '');
      expect(Math.abs(shown - Date.now() - offsetMs)).toBeLessThan(5_000);
    });
  }

  it('keeps messages in order, with the other, whose clock is another', async () => {
    const [alice, bob] = [person('Alice'), person('Bob')];
    const chat = await alice.chatWith(bob);
    const listening = await Promise.all([alice.at(JUMPING).connects(), bob.at(AHEAD).connects()]);
    const began = Date.now();
    for (const jump of JUMPS) {
      await jumpTo(jump);
      for (const [node, who] of [alice, bob, alice, bob].entries()) {
        const body = { content: `${jump} ${node}`, clientMessageId: randomUUID() };
        const sent = await who.at(node % 2).sends(chat, body);
        expect(sent.status).toBe(201);
        const again = await who.at((node + 1) % 2).sends(chat, body);
        expect([again.status, again.body.id]).toEqual([200, sent.body.id]);
      }
    }
    const total = JUMPS.length * 4;
    const histories = await Promise.all(
      [JUMPING, AHEAD].map((node) => bob.at(node).reads(chat, { limit: 100 })),
    );
    for (const { body } of histories) {
      expect(body.items.map(({ seq }) => seq)).toEqual(upTo(total));
      const ids = body.items.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
      for (const { sentAt } of body.items) {
        expect(Date.parse(sentAt)).toBeGreaterThan(began - 1_000);
        expect(Date.parse(sentAt)).toBeLessThan(Date.now() + 1_000);
      }
    }
    for (const device of listening) {
      await eventually(() => expect(device.messages.map(({ seq }) => seq)).toEqual(upTo(total)));
      expect(device.events).not.toContain('session_expired');
      device.leaves();
    }
    expect((await alice.at(JUMPING).inbox()).body.items).toMatchObject([{ id: chat.id, lastSeq: total }]);
  });

  it('lets messages expire, be edited and be kept by the database’s clock', async () => {
    const [alice, bob] = [person('Alice'), person('Bob')];
    const chat = await alice.chatWith(bob);
    for (const jump of [100 * DAY, -30 * DAY]) {
      await jumpTo(jump);
      const [kept, short] = [
        (await alice.says(chat, 'for an hour', { expiresInSeconds: 3_600 })).body,
        (await alice.says(chat, 'for a moment', { expiresInSeconds: 1 })).body,
      ];
      expect(Date.parse(kept.expiresAt ?? '') - Date.parse(kept.sentAt)).toBe(HOUR);
      await eventually(async () => expect((await bob.finds(chat, short.id)).body.content).toBeNull());
      expect((await bob.finds(chat, kept.id)).body.content).toBe('for an hour');
      const edits = () =>
        alice.asks('PATCH', `/v1/conversations/${chat.id}/messages/${kept.id}`, {
          body: { content: 'edited' },
        });
      expect((await edits()).status).toBe(200);
      await world.database.query(
        `UPDATE messages SET sent_at = sent_at - interval '16 minutes' WHERE message_uuid = $1`,
        [kept.id],
      );
      expectProblem(await edits(), 'edit_window_closed');
    }
  });

  it('ends no session that is open, and judges new ones by its own clock, five seconds to and fro', async () => {
    const alice = person('Alice');
    const device = await alice.connects();
    const withToken = (seconds: number, node: number) =>
      request<{ code?: string }>('GET', `${urls[node]}/v1/users/me`, {
        headers: { authorization: `Bearer ${signedToken({ sub: alice.id, exp: secondsFromNow(seconds) })}` },
      });
    const shortLived = await new Person({ name: 'Bob', id: randomUUID(), tenantId: null }, urls).connects();
    await jumpTo(HOUR - 10 * MINUTE);
    expect((await withToken(3_600, JUMPING)).status).toBe(200);
    expect((await withToken(60, JUMPING)).body.code).toBe('token_expired');
    // Five minutes ahead: a token ends five minutes early there, and not a moment before.
    expect((await withToken(4 * 60, AHEAD)).body.code).toBe('token_expired');
    expect((await withToken(6 * 60, AHEAD)).status).toBe(200);
    await jumpTo(100 * DAY);
    expect(await device.asks('send_message', {})).toMatchObject({ error: { code: 'validation_failed' } });
    expect(await shortLived.asks('send_message', {})).toMatchObject({ error: { code: 'validation_failed' } });
    for (const { events } of [device, shortLived]) expect(events).toEqual(['ready']);
    await jumpTo(-30 * DAY);
    expect((await withToken(60, JUMPING)).status).toBe(200);
    for (const each of [device, shortLived]) each.leaves();
  });

  it('counts requests on, whichever way the clock goes', async () => {
    const alice = person('Alice');
    const remaining = async (): Promise<number> =>
      Number((await alice.inbox()).headers['ratelimit-remaining']);
    let before = await remaining();
    for (const jump of [-30 * DAY, 100 * DAY, -HOUR, 0]) {
      clock.jumpTo(jump);
      const after = await remaining();
      expect(after).toBe(before - 1);
      before = after;
    }
  });

  it('throws nothing away when it starts a hundred days off', async () => {
    const [alice, bob] = [person('Alice'), person('Bob')];
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'for a month', { expiresInSeconds: 30 * 24 * 3_600 });
    const { id } = (await alice.says(chat, 'deleted, and kept for an audit')).body;
    expect((await alice.asks('DELETE', `/v1/conversations/${chat.id}/messages/${id}`)).status).toBe(204);
    const kept = () =>
      Promise.all([
        world.database.query('SELECT message_uuid, content, deleted_at FROM messages ORDER BY 1'),
        world.database.query('SELECT inhrelid::regclass::text FROM pg_inherits ORDER BY 1'),
        world.database.query('SELECT count(*) FROM outbox'),
      ]);
    const before = await kept();
    expect(JSON.stringify(before)).toContain('deleted, and kept for an audit');

    const wrong = [new WrongClock(100 * DAY), new WrongClock(-100 * DAY)];
    const started = wrong.map(({ environment }) => nodes.start(environment));
    for (const url of await Promise.all(started.map((node) => node.listening())))
      await eventually(async () => expect((await request('GET', `${url}/health/ready`)).status).toBe(200));
    // Every background task runs once at the start; those that are often get a second turn in this time.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await kept()).toEqual(before);
    for (const node of started) {
      node.signal('SIGTERM');
      expect(await node.exited).toBe(0);
      expect(node.output).not.toMatch(/"level":"error"|"ms":-|NaN/);
    }
    for (const clock of wrong) clock.remove();
  });
});
