import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Agent, request } from 'undici';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import type { NodeProcess } from '../support/node-process';
import { NodeProcesses } from '../support/node-processes';
import { Crowd } from '../support/realtime/crowd';
import { RawConnection } from '../support/realtime/raw-connection';
import { times } from '../support/times';
import { World } from '../support/world';

/** In this process, and there to the end. */
const LASTING = 0;
/** Told to stop. */
const STOPPING = 1;
const EXIT_WITHIN_MS = 10_000;

describe('F20 a node that is told to stop in the middle of everything', () => {
  let world: World;
  let nodes: NodeProcesses;
  let node: NodeProcess;
  let port: number;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
    nodes = new NodeProcesses(world);
  });
  beforeEach(async () => {
    node = nodes.start();
    world.nodeUrls[STOPPING] = await node.listening();
    port = Number(new URL(world.nodeUrls[STOPPING] ?? '').port);
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
  });
  afterEach(async () => {
    world.kaha.behave({ kind: 'ok' });
    await nodes.end();
  });
  afterAll(() => world.stop());

  /** Clients that do not do as clients should. None may keep a node from its end. */
  async function badClients(): Promise<void> {
    const head = `POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${alice.token}\r\n`;
    const [idle, halfHead, halfBody, spent] = await times(4, () => RawConnection.to(port));
    idle?.says('');
    halfHead?.says(head);
    halfBody?.says(`${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"type":`);
    spent?.says('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await spent?.hears('200');
    const deaf = await RawConnection.webSocket(port);
    deaf.sends(`40${JSON.stringify({ token: alice.token })}`);
    await deaf.hears('ready');
    await RawConnection.webSocket(port);
  }

  async function exitsWell(toldAt: number): Promise<void> {
    expect(await node.exited).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(EXIT_WITHIN_MS);
    expect(node.output).not.toMatch(/a fault nobody caught/);
  }

  it('answers what it was asked, loses nothing that it acknowledged, and ends in time whoever holds on to it', async () => {
    const postgres = new Client({ connectionString: world.database.url });
    await postgres.connect();
    const held = await alice.groupWith(bob);
    const [hers, polling] = [
      await alice.at(STOPPING).connects(),
      await bob.at(STOPPING).connects({ transports: ['polling'] }),
    ];
    await badClients();
    const kept = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
    const readiness = async (): Promise<number> => {
      const { statusCode, body } = await request(`http://127.0.0.1:${port}/health/ready`, {
        dispatcher: kept,
      });
      await body.dump();
      return statusCode;
    };
    expect(await readiness()).toBe(200);

    // In flight: reads that wait for upstream, and sends by both doors that wait for a conversation somebody holds.
    world.kaha.behave({ kind: 'slow', ms: 700 });
    await postgres.query('BEGIN');
    await postgres.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR UPDATE', [held.id]);
    const reads = times(5, () => bob.at(STOPPING).inbox());
    const sends = times(5, (n) => alice.at(STOPPING).says(held, `by REST ${n}`));
    const events = times(5, (n) => hers.says(held, `by socket ${n}`));
    await eventually(async () => {
      const { rows } = await postgres.query(
        'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
      );
      expect(rows.length).toBeGreaterThan(0);
    });

    const toldAt = performance.now();
    for (let again = 0; again < 3; again++) node.signal('SIGTERM');
    await eventually(async () => expect(await readiness()).toBe(503), 1_000);
    await delay(300);
    await postgres.query('ROLLBACK');

    expect((await reads).map(({ status }) => status)).toEqual(Array<number>(5).fill(200));
    expect((await sends).map(({ status }) => status)).toEqual(Array<number>(5).fill(201));
    expect((await events).map(({ ok }) => ok)).toEqual(Array<boolean>(5).fill(true));
    await exitsWell(toldAt);
    await Promise.all([hers.ended, polling.ended]);
    const { items } = (await bob.at(LASTING).reads(held)).body;
    expect(items.map(({ content }) => content).sort()).toEqual(
      ['by REST', 'by socket'].flatMap((door) => [0, 1, 2, 3, 4].map((n) => `${door} ${n}`)),
    );
    await kept.destroy();
    await postgres.end();
  });

  it('has, of what is sent to it without a pause, all that it said it has; the rest needs one retry elsewhere', async () => {
    const devices = await times(4, () => alice.at(STOPPING).connects());
    const acknowledged: string[] = [];
    const unknown: [Person, string][] = [];
    /** Until it is not answered any more, whatever that means for the last one. */
    async function sendOn(
      who: Person,
      send: (key: { clientMessageId: string }) => Promise<boolean>,
    ): Promise<void> {
      for (;;) {
        const clientMessageId = randomUUID();
        if (await send({ clientMessageId }).catch(() => false)) acknowledged.push(clientMessageId);
        else return void unknown.push([who, clientMessageId]);
      }
    }
    const byRest = () =>
      sendOn(bob, async (key) => (await bob.at(STOPPING).says(chat, 'x', key)).status === 201);
    const bySocket = (device: Device) => sendOn(alice, async (key) => (await device.says(chat, 'x', key)).ok);
    const senders = [...devices.map(bySocket), ...[1, 2, 3, 4].map(byRest)];
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(50));
    const toldAt = performance.now();
    node.signal('SIGTERM');
    await exitsWell(toldAt);
    await Promise.all(senders);

    const stored = async (): Promise<string[]> => {
      const rows = await world.database.query<{ key: string }>(
        'SELECT client_message_id AS key FROM messages WHERE conversation_uuid = $1 ORDER BY seq',
        [chat.id],
      );
      return rows.map(({ key }) => key);
    };
    const before = new Set(await stored());
    expect(acknowledged.filter((key) => !before.has(key))).toEqual([]);
    expect(unknown).toHaveLength(senders.length);
    for (const [who, clientMessageId] of unknown)
      expect([200, 201]).toContain((await who.at(LASTING).says(chat, 'x', { clientMessageId })).status);
    expect([...(await stored())].sort()).toEqual([...acknowledged, ...unknown.map(([, key]) => key)].sort());
  });

  it('sends a thousand sockets away over seconds, each told before, and ends in time', async () => {
    const crowd = await Crowd.of(1_000, port, [alice, bob]);
    expect(crowd.refused).toBe(0);
    const toldAt = performance.now();
    node.signal('SIGTERM');
    const ends = await Promise.all(
      crowd.inside.map(async ({ lifetime }) => lifetime.then(() => performance.now() - toldAt)),
    );
    await exitsWell(toldAt);
    expect(crowd.inside.filter(({ heard }) => !heard.includes('42["server_draining"]'))).toEqual([]);
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(2_500);
    // No second in which half of them are back at the doors of the others.
    const inASecond = ends.map((end) => ends.filter((other) => other >= end && other < end + 1_000).length);
    expect(Math.max(...inASecond)).toBeLessThan(500);
  }, 60_000);

  it('is gone soon where all that holds on to it are connections with nothing to say', async () => {
    const kept = new Agent({ connections: 20, keepAliveTimeout: 60_000 });
    await times(20, async () => {
      const { body } = await request(`http://127.0.0.1:${port}/health/live`, { dispatcher: kept });
      await body.dump();
    });
    const toldAt = performance.now();
    node.signal('SIGTERM');
    await exitsWell(toldAt);
    expect(performance.now() - toldAt).toBeLessThan(4_000);
    await kept.destroy();
  });
});
