import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { eventually } from '../support/eventually';
import { request } from '../support/rest';
import { times } from '../support/times';
import { World } from '../support/world';

/** Nodes of the world, each for one story; the last one stays. */
const [FIRST, SECOND, LAST] = [0, 1, 2];
/** At twenty milliseconds each, they take more than a second. */
const SOCKETS = 60;

describe('F20 a node that is told to stop', () => {
  let world: World;
  let postgres: Client;
  beforeAll(async () => {
    world = await World.start({ nodes: 3 });
    postgres = new Client({ connectionString: world.database.url });
    await postgres.connect();
  });
  afterAll(async () => {
    await postgres.end();
    await world.stop();
  });

  it('wants no more work, answers what it was asked before, and nobody after', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.at(FIRST).chatWith(bob);
    await lock(chat);
    const sending = alice.at(FIRST).says(chat, 'just in time');
    await eventually(async () => expect(await waiting()).toBe(1));

    const stopping = world.stopNode(FIRST);
    const ready = () => request('GET', `${world.nodeUrls[FIRST]}/health/ready`);
    await eventually(async () => expect(await ready()).toMatchObject({ status: 503 }));
    await unlock();

    const { status, body } = await sending;
    expect(status).toBe(201);
    await stopping;
    await expect(alice.at(FIRST).inbox()).rejects.toThrow('fetch failed');
    expect((await bob.at(LAST).reads(chat)).body.items).toEqual([body]);
  });

  it('acknowledges what it was asked by socket, and then hangs up', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.at(SECOND).chatWith(bob);
    const device = await alice.at(SECOND).connects();
    await lock(chat);
    const sending = device.says(chat, 'just in time');
    await eventually(async () => expect(await waiting()).toBe(1));

    const stopping = world.stopNode(SECOND);
    await eventually(() => expect(device.events).toContain('server_draining'));
    // Longer than its slice is off.
    await delay(500);
    await unlock();
    expect(await sending).toMatchObject({ ok: true, data: { content: 'just in time' } });
    await stopping;
    await device.ended;
  });

  it('sends its sockets away a few at a time, having told all of them, and works on until they are gone', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.at(LAST).chatWith(bob);
    const [node, url] = [await world.startNode(), world.nodeUrls.at(-1)];
    const devices = await times(SOCKETS, (n) =>
      alice.at(node).connects({ transports: [n % 4 === 0 ? 'polling' : 'websocket'] }),
    );
    const ends = devices.map(async ({ ended }) => ({ reason: await ended, at: performance.now() }));

    const stopping = world.stopNode(node);
    await eventually(() => {
      for (const { events } of devices) expect(events.at(-1)).toBe('server_draining');
    }, 1_000);
    expect(await request('GET', `${url}/health/ready`)).toMatchObject({ status: 503 });
    await expect(alice.at(node).connects()).rejects.toThrow('websocket error');
    expect((await bob.at(node).says(chat, 'meanwhile')).status).toBe(201);

    await stopping;
    const ended = await Promise.all(ends);
    // As if the connection were lost: clients that come back by themselves do.
    expect(new Set(ended.map(({ reason }) => reason))).toEqual(new Set(['transport close']));
    const at = ended.map((end) => end.at).sort((a, b) => a - b);
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(500);
  });

  async function lock({ id }: { id: string }): Promise<void> {
    await postgres.query('BEGIN');
    await postgres.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR UPDATE', [id]);
  }

  /** How many wait for what is locked. */
  async function waiting(): Promise<number | undefined> {
    const { rows } = await postgres.query<{ count: number }>(
      'SELECT count(*)::int FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
    );
    return rows[0]?.count;
  }

  async function unlock(): Promise<void> {
    await postgres.query('COMMIT');
  }
});
