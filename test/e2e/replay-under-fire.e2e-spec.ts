import { setTimeout as delay } from 'node:timers/promises';
import { HeldDeliveries } from '../../src/realtime/replay/held-deliveries';
import type { Person } from '../support/chat-client';
import { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { MessageRows } from '../support/messages/message-rows';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

const MISSED = 200;

describe('whoever comes while others write', () => {
  let world: World;
  let rows: MessageRows;
  let alice: Person;
  let bob: Person;
  let chats: { id: string }[];
  const devices: Device[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    rows = MessageRows.of(world.database.url);
  });
  beforeEach(async () => {
    [alice, bob] = ['Alice', 'Bob'].map((name) => world.person(name, { tenantId: rows.tenantId })) as [
      Person,
      Person,
    ];
    chats = await times(3, async () => ({ id: await rows.aGroup({ [alice.id]: {}, [bob.id]: {} }) }));
    for (const { id } of chats) await rows.sentMany(id, alice.id, MISSED);
  });
  afterEach(() => devices.splice(0).forEach((device) => device.leaves()));
  afterAll(async () => {
    await rows.close();
    await world.stop();
  });

  /** Writes in all conversations, at both nodes, until it is told to stop. */
  function fire(): { cease: () => Promise<void> } {
    let ceased = false;
    const writers = times(6, async (n) => {
      const chat = chats[n % chats.length] as { id: string };
      while (!ceased) await alice.at(n % 2).says(chat, 'meanwhile');
    });
    return {
      cease: async () => {
        ceased = true;
        await writers;
      },
    };
  }

  const seqsIn = (device: Device, { id }: { id: string }): number[] =>
    device.messages.filter(({ conversationId }) => conversationId === id).map(({ seq }) => seq);

  it('hears everything once and in order: what they missed, what came meanwhile, what comes after', async () => {
    const firing = fire();
    for (let round = 0; round < 6; round++) {
      devices.push(...(await times(2, (node) => bob.at(node).connects())));
      await delay(50);
    }
    await firing.cease();
    for (const chat of chats) {
      const { lastSeq } = (await alice.sees(chat)).body;
      expect(lastSeq).toBeGreaterThan(MISSED + 10);
      for (const device of devices)
        await eventually(() => expect(seqsIn(device, chat)).toEqual(upTo(lastSeq)));
    }
    for (const device of devices) {
      expect(device.heard('sync_required')).toEqual([]);
      // What is live is not said to be replayed, and the other way round.
      const frames = device.frames.filter(({ event }) => event === 'new_message' || event === 'ready');
      const [ready] = frames.flatMap(({ event }, index) => (event === 'ready' ? [index] : []));
      const replayed = frames.flatMap(({ frame }, index) =>
        (frame as { replayed?: true }).replayed === true ? [index] : [],
      );
      expect(replayed).toEqual(upTo(ready ?? 0).map((nth) => nth - 1));
    }
  }, 60_000);

  it('hears everything that they have marked nothing of, with a token', async () => {
    const first = await bob.connects();
    first.leaves();
    const { since } = first.heard('ready')[0] ?? {};
    const before = await Promise.all(chats.map(async (chat) => (await alice.sees(chat)).body.lastSeq));
    const firing = fire();
    await delay(200);
    devices.push(...(await times(2, (node) => bob.at(node).connects({ auth: { token: bob.token, since } }))));
    await firing.cease();
    for (const [index, chat] of chats.entries()) {
      const { lastSeq } = (await alice.sees(chat)).body;
      for (const device of devices)
        await eventually(() => {
          const synced = device
            .heard('sync')
            .flatMap(({ messages }) => messages.filter(({ conversationId }) => conversationId === chat.id))
            .map(({ seq }) => seq);
          const live = seqsIn(device, chat);
          expect(live).toEqual([...live].sort((a, b) => a - b));
          const missing = upTo(lastSeq)
            .slice(before[index])
            .filter((seq) => !synced.includes(seq) && !live.includes(seq));
          expect(missing).toEqual([]);
          expect(live.filter((seq) => synced.includes(seq))).toEqual([]);
        });
    }
  }, 60_000);

  it('may leave in the middle of it, and leaves nothing behind', async () => {
    const firing = fire();
    const held = world.nodes.map((node) => node.get(HeldDeliveries, { strict: false }));
    for (let round = 0; round < 10; round++) {
      const device = Device.begin(world.nodeUrls[round % 2] ?? '', { auth: { token: bob.token } });
      await new Promise((resolve) => device.socket.once('new_message', resolve));
      device.socket.io.engine.close();
    }
    await firing.cease();
    await eventually(() => expect(held.map(({ size }) => size)).toEqual([0, 0]));
  }, 60_000);
});
