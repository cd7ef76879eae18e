import { readdirSync } from 'node:fs';
import { Agent, type Dispatcher, request } from 'undici';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import type { NodeProcess } from '../support/node-process';
import { NodeProcesses } from '../support/node-processes';
import { Crowd } from '../support/realtime/crowd';
import { World } from '../support/world';

const OPEN_FILES = 512;
const MORE_THAN_THERE_IS_ROOM_FOR = 700;
const MANY = 2_000;

describe('F22', () => {
  let world: World;
  let nodes: NodeProcesses;
  let node: NodeProcess;
  let url: string;
  let port: number;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let hers: Device;
  let his: Device;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    nodes = new NodeProcesses(world);
  });
  afterEach(() => nodes.end());
  afterAll(() => world.stop());

  async function begin(env: Readonly<Record<string, string>>, openFiles?: number): Promise<void> {
    node = nodes.start({ LOG_LEVEL: 'info', MAX_CONNECTIONS_PER_USER: '1000', ...env }, { openFiles });
    url = await node.listening();
    port = Number(new URL(url).port);
    const at = ({ id, name }: Person) => new Person({ id, name, tenantId: null }, [url]);
    [alice, bob] = [at(world.person('Alice')), at(world.person('Bob'))];
    chat = await alice.chatWith(bob);
    [hers, his] = [await alice.connects(), await bob.connects()];
  }

  async function talkGoesOn(words: string): Promise<void> {
    const started = performance.now();
    expect(await hers.says(chat, words)).toMatchObject({ ok: true });
    await eventually(() => expect(his.messages.map(({ content }) => content)).toContain(words));
    expect(performance.now() - started).toBeLessThan(5_000);
  }

  /** On a connection that is open already. */
  const isReady = async (dispatcher: Dispatcher): Promise<number> => {
    const { statusCode, body } = await request(`${url}/health/ready`, { dispatcher });
    await body.dump();
    return statusCode;
  };

  it('a node with few file descriptors refuses whom it has none for, and serves the others', async () => {
    await begin({}, OPEN_FILES);
    const kept = new Agent({ connections: 1 });
    expect(await isReady(kept)).toBe(200);
    const filesBefore = readdirSync(`/proc/${node.pid}/fd`).length;

    const crowd = await Crowd.of(MORE_THAN_THERE_IS_ROOM_FOR, port, [alice, bob]);
    expect(crowd.refused).toBeGreaterThan(MORE_THAN_THERE_IS_ROOM_FOR - OPEN_FILES);
    expect(crowd.inside.length).toBeGreaterThan(OPEN_FILES / 2);
    await talkGoesOn('in the crowd');
    expect(await isReady(kept)).toBe(200);
    const asked = performance.now();
    await alice.inbox().catch(() => undefined);
    expect(performance.now() - asked).toBeLessThan(5_000);

    crowd.leaves();
    await eventually(() => expect(readdirSync(`/proc/${node.pid}/fd`).length).toBeLessThan(filesBefore + 10));
    await talkGoesOn('after the crowd');
    const newcomer = await alice.connects();
    expect((await alice.inbox()).status).toBe(200);
    newcomer.leaves();
    expect(node.output).not.toMatch(/a fault nobody caught/);
    await kept.destroy();
    await endsWell();
  });

  it(`a node with little memory holds ${MANY} sockets, and goes on`, async () => {
    await begin({ NODE_OPTIONS: '--max-old-space-size=256' });
    const people = Array.from({ length: 100 }, (_, n) => world.person(`Person ${n}`));
    const crowd = await Crowd.of(MANY, port, people);
    expect(crowd.inside.length).toBe(MANY);
    await talkGoesOn('in the crowd');
    crowd.leaves();
    await talkGoesOn('after the crowd');
    expect(node.output).not.toMatch(/a fault nobody caught/);
    await endsWell();
  });

  async function endsWell(): Promise<void> {
    for (const device of [hers, his]) device.leaves();
    node.signal('SIGTERM');
    expect(await node.exited).toBe(0);
  }
});
