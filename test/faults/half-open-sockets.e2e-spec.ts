import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { Cluster, type ClusterNode } from '../support/faults/cluster';
import { Scrape } from '../support/scrape';
import { World } from '../support/world';

const LISTENER = join(__dirname, '../support/realtime/listener-program.mjs');
/** An interval and the patience of pings. */
const GONE_WITHIN_MS = 30_000;
const OFFLINE_WITHIN_MS = GONE_WITHIN_MS + 5_000;

/** Somebody whose client, or the way to it, stands still from some moment on. */
interface Stranded {
  strand(): void;
  free(): void;
}

describe('F19 a socket whose client does not answer any more', () => {
  let world: World;
  let cluster: Cluster;
  let node: ClusterNode;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    cluster = await Cluster.start(world);
    node = cluster.nodes[1] as ClusterNode;
  }, 60_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await cluster.stop();
    await world.stop();
  });

  async function behindAHole(person: Person, isThere: boolean): Promise<Stranded> {
    const device: Device = await person.at(1).connects();
    return {
      strand: () => {
        node.links.clients.become('hole');
        if (!isThere) device.leaves();
      },
      free: () => node.links.clients.become('none'),
    };
  }

  async function inAProcess(person: Person): Promise<Stranded> {
    const child = spawn(process.execPath, [LISTENER, node.url, person.token], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return { strand: () => child.kill('SIGSTOP'), free: () => child.kill('SIGKILL') };
  }

  it.each<[string, (person: Person) => Promise<Stranded>]>([
    ['stands still', inAProcess],
    ['is behind a black hole', (person) => behindAHole(person, true)],
    ['has ended behind a black hole', (person) => behindAHole(person, false)],
  ])(
    'is gone soon, and has received nothing meanwhile: it %s',
    async (_how, connect) => {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      const chat = await alice.chatWith(bob);
      const { body: before } = await bob.syncs();
      const hers = await alice.connects();
      await hers.asks('subscribe_presence', { userIds: [bob.id] });
      const his = await connect(bob);
      const status = (): string | undefined => hers.heard('presence_changed').at(-1)?.status;
      await eventually(() => expect(status()).toBe('online'));
      // Past the link.
      const sockets = async (): Promise<number | undefined> =>
        (await Scrape.of(await node.process?.listening())).value('chat_sockets_connected');
      expect(await sockets()).toBe(1);

      his.strand();
      const stranded = performance.now();
      const { body: said } = await alice.says(chat, 'are you there?');
      await eventually(async () => expect(await sockets()).toBe(0), GONE_WITHIN_MS);
      await eventually(() => expect(status()).toBe('offline'), OFFLINE_WITHIN_MS);
      expect(performance.now() - stranded).toBeLessThan(OFFLINE_WITHIN_MS);
      const { participants } = (await alice.sees(chat)).body;
      expect(participants.find(({ userId }) => userId === bob.id)?.lastDeliveredSeq).toBe(0);

      his.free();
      const { messages } = (await bob.syncs({ since: before.next })).body;
      expect(messages.map(({ id }) => id)).toEqual([said.id]);
      hers.leaves();
    },
    90_000,
  );
});
