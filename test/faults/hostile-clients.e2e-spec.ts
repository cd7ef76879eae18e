import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import type { NodeProcess } from '../support/node-process';
import { NodeProcesses } from '../support/node-processes';
import { RawConnection } from '../support/realtime/raw-connection';
import { request } from '../support/rest';
import { times } from '../support/times';
import { secondsFromNow, signedToken } from '../support/tokens';
import { World } from '../support/world';

const MIB = 1024 * 1024;
/** Of each kind of client in a round. */
const OF_EACH = 20;
const ROUNDS = 4;
const FEW = 8;
/** Thirty kilobytes kept of each client would be more. */
const MOST_GROWTH_MIB = 40;
const STRANGERS_ARE_CUT_MS = 6_500;

const polling = '/socket.io/?EIO=4&transport=polling';
const upgrade = (more: string): string =>
  `GET /socket.io/?EIO=4&transport=websocket${more} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`;

describe('T31 a node among hostile clients', () => {
  let world: World;
  let nodes: NodeProcesses;
  let node: NodeProcess;
  let url: string;
  let port: number;
  let alice: Person;
  let chat: ConversationDto;
  let device: Device;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    nodes = new NodeProcesses(world);
    node = nodes.start({ LOG_LEVEL: 'info', NODE_OPTIONS: '--max-old-space-size=160' });
    url = await node.listening();
    port = Number(new URL(url).port);
    const at = (name: string) => new Person({ name, id: world.person(name).id, tenantId: null }, [url]);
    alice = at('Alice');
    chat = await alice.chatWith(at('Bob'));
    device = await alice.connects();
  });
  afterAll(async () => {
    await nodes.end();
    await world.stop();
  });

  const openFiles = (): number => readdirSync(`/proc/${node.pid}/fd`).length;
  const residentMib = (): number =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${node.pid}/status`, 'utf8'))?.[1]) / 1024;

  const says = async (bytes: string | Buffer): Promise<void> => {
    const connection = await RawConnection.to(port);
    connection.says(bytes);
    await connection.heardAnything();
    connection.ends();
  };
  const webSocket = async (...frames: (string | Buffer)[]): Promise<void> => {
    const connection = await RawConnection.webSocket(port);
    for (const frame of frames) connection.sends(frame);
    await connection.heardAnything();
    connection.ends();
  };
  const enter = (token = alice.token): string => `40${JSON.stringify({ token })}`;
  const token = (claims: object): string =>
    signedToken({ sub: randomUUID(), exp: secondsFromNow(60), ...claims });

  /** Each is somebody who wants the node to hold on to something. */
  const CLIENTS: [string, (n: number) => Promise<unknown>][] = [
    ['rubbish', () => says(randomBytes(2_000))],
    [
      'a request that never ends',
      () => says(`POST /v1/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{`),
    ],
    ['headers without end', () => says(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(70_000)}\r\n\r\n`)],
    [
      'two lengths',
      () => says('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'),
    ],
    [
      'chunks that are none',
      () => says('POST /v1/conversations HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'),
    ],
    [
      'a large body',
      () => alice.asks('POST', '/v1/conversations', { body: 'x'.repeat(300_000) }).catch(() => undefined),
    ],
    [
      'a body of a hundred thousand levels',
      () => alice.asks('POST', '/v1/conversations', { body: '['.repeat(100_000) }),
    ],
    [
      'a user never seen before',
      () => request('GET', `${url}/v1/users/me`, { headers: { authorization: `Bearer ${token({})}` } }),
    ],
    [
      'a tenant never seen before',
      () =>
        request('GET', `${url}/v1/conversations`, {
          headers: { authorization: `Bearer ${token({ tenant: randomUUID() })}` },
        }),
    ],
    [
      'a token never seen before',
      (n) =>
        request('GET', `${url}/v1/users/me`, {
          headers: { authorization: `Bearer ${token({ sub: alice.id, n, pad: 'x'.repeat(4_000) })}` },
        }),
    ],
    [
      'a false token',
      () =>
        request('GET', `${url}/v1/users/me`, {
          headers: { authorization: `Bearer ${token({}).slice(0, -3)}` },
        }),
    ],
    ['an address never seen before', () => alice.asks('GET', `/v1/${randomUUID()}`)],
    [
      'a conversation that is not there',
      () => alice.asks('GET', `/v1/conversations/${randomUUID()}/messages`),
    ],
    ['a session of polls that goes no further', () => request('GET', url + polling)],
    ['a poll of a session that never was', () => request('GET', `${url}${polling}&sid=${randomUUID()}`)],
    ['an upgrade of a session that never was', () => says(upgrade(`&sid=__proto__`))],
    [
      'an upgrade with extensions',
      () => says(upgrade('').replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: constructor\r\n\r\n')),
    ],
    ['a socket that says nothing', () => webSocket()],
    ['a socket with a false token', () => webSocket(enter('x.y.z'))],
    ['a socket that leaves at once', () => webSocket(enter())],
    [
      'a socket that says rubbish',
      () => webSocket(enter(), '42["', '9', '42{}', '451-["x",{"_placeholder":true,"num":0}]'),
    ],
    ['a socket that says bytes', () => webSocket(enter(), Buffer.alloc(1_000))],
    [
      'a socket that says too much',
      () => webSocket(enter(), `42["send_message",{"content":"${'x'.repeat(70_000)}"}]`),
    ],
    [
      'a socket of events that nobody knows',
      (n) => webSocket(enter(), ...Array.from({ length: 20 }, (_, k) => `42["event ${n} ${k}",{}]`)),
    ],
    [
      'a socket of many namespaces',
      (n) => webSocket(enter(), ...Array.from({ length: 20 }, (_, k) => `40/space-${n}-${k},`)),
    ],
  ];

  async function hostileRound(): Promise<void> {
    for (const [, attack] of CLIENTS) await times(OF_EACH, (n) => attack(n).catch(() => undefined));
  }

  /** A bystander's message, meanwhile. */
  async function talkGoesOn(): Promise<void> {
    const started = performance.now();
    expect(await device.says(chat, 'still here')).toMatchObject({ ok: true });
    expect(performance.now() - started).toBeLessThan(2_000);
  }

  it('goes on, and has nothing left of them when they are gone: no descriptor, and no memory that grows', async () => {
    // What is bounded fills in the first round: pools, caches, connections that this test itself keeps.
    await hostileRound();
    await delay(STRANGERS_ARE_CUT_MS);
    const filesBefore = openFiles();
    const memory: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const attack = hostileRound();
      await talkGoesOn();
      await attack;
      await talkGoesOn();
      memory.push(Math.round(residentMib()));
    }
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(filesBefore + FEW), 10_000);
    const [first = 0, last = Infinity] = [memory[0], memory.at(-1)];
    expect([memory, last - first < MOST_GROWTH_MIB]).toEqual([memory, true]);
    expect(node.output).not.toMatch(/a fault nobody caught/);
    expect(node.output.length).toBeLessThan(8 * MIB);
    expect((await request('GET', `${url}/health/ready`)).status).toBe(200);
    device.leaves();
    node.signal('SIGTERM');
    expect(await node.exited).toBe(0);
  }, 60_000);
});
