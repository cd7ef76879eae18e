import { setTimeout as delay } from 'node:timers/promises';
import { UnreadCheck } from '../../src/realtime/unread/unread-check';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/faults/fault-proxy';
import { SeededRandom } from '../support/openapi/seeded-random';
import { testRedisUrl } from '../support/realtime/test-redis';
import { WorldRedis } from '../support/realtime/world-redis';
import { Scrape } from '../support/scrape';
import { upTo } from '../support/times';
import { World } from '../support/world';

/** Another one makes another history: `PROPERTY_SEED=2 npx jest --selectProjects e2e -- test/properties/unread`. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);
const CHAPTERS = 4;
const DEEDS = 60;
const AT_ONCE = 4;
/** From the end of whatever was broken. Redis is noticed to be back within two seconds of it. */
const HEALED_WITHIN_MS = 8_000;

interface Chat {
  readonly id: string;
}

interface Owner {
  readonly person: Person;
  /** One at each node, there before the first message. */
  readonly devices: readonly Device[];
}

describe(`unread counts after a random history (seed ${SEED})`, () => {
  let world: World;
  let redis: WorldRedis;
  let links: FaultProxy[];
  let founder: Owner;
  let owners: Owner[];
  let direct: Chat;
  let groups: Chat[];
  const random = new SeededRandom(SEED);
  beforeAll(async () => {
    links = [await FaultProxy.to(testRedisUrl()), await FaultProxy.to(testRedisUrl())];
    world = await World.start({ nodes: 0 });
    for (const { url } of links) await world.startNode({ REDIS_URL: url });
    redis = WorldRedis.of(world.environment);
    const people = upTo(4).map((n) => world.person(`Person ${n}`));
    owners = await Promise.all(
      people.map(async (person) => ({
        person,
        devices: await Promise.all([0, 1].map((node) => person.at(node).connects())),
      })),
    );
    [founder] = owners as [Owner];
    const [first, ...others] = people as [Person, Person];
    direct = await first.chatWith(others[0]);
    groups = [await first.groupWith(...others), await first.groupWith(...others.slice(1))];
  });
  afterAll(async () => {
    for (const link of links) link.become('none');
    await redis.close();
    await world.stop();
    for (const link of links) link.close();
  });

  const chats = (): Chat[] => [direct, ...groups];

  /** Somebody does something somewhere. Whoever is not in the conversation at the moment is refused, which is fine. */
  async function deed(): Promise<void> {
    const { person, devices } = random.oneOf(owners);
    const who = person.at(random.below(2));
    const device = random.oneOf(devices);
    const chat = random.oneOf(chats());
    const seq = random.below(60);
    const dice = random.below(20);
    if (dice < 5) await who.says(chat, 'by REST');
    else if (dice < 9) await device.says(chat, 'by socket');
    else if (dice < 10) await who.says(chat, 'for a moment', { expiresInSeconds: 1 });
    else if (dice < 12) await device.asks('mark_as_read', { conversationId: chat.id, seq });
    else if (dice < 13) await who.marksRead(chat, { seq });
    else if (dice < 14) await device.asks('mark_as_delivered', { conversationId: chat.id, seq });
    else if (dice < 16) await deletesAny(who, chat);
    else if (dice < 17) await who.changes(chat, { name: `name ${seq}` });
    else if (dice < 18)
      await founder.person.removes(random.oneOf(groups), random.oneOf(owners.slice(1)).person);
    else if (dice < 19) await founder.person.adds(random.oneOf(groups), random.oneOf(owners.slice(1)).person);
    else await redis.flush();
  }

  async function deletesAny(who: Person, chat: Chat): Promise<void> {
    const { items = [] } = (await who.reads(chat)).body;
    const own = items.filter(({ senderId, deletedAt }) => senderId === who.id && deletedAt === null);
    const last = own.at(-1 - random.below(3));
    if (last !== undefined) await who.deletes(chat, last.id);
  }

  async function chapter(): Promise<void> {
    for (let done = 0; done < DEEDS; done += AT_ONCE) await Promise.all(upTo(AT_ONCE).map(() => deed()));
  }

  /** By counting what they may read. */
  async function counted(who: Person, chat: Chat): Promise<number> {
    const { participants } = (await who.sees(chat)).body;
    const lastRead = participants.find(({ userId }) => userId === who.id)?.lastReadSeq ?? NaN;
    let count = 0;
    for (let after = lastRead, hasMore = true; hasMore;) {
      const { body } = await who.reads(chat, { after, limit: 100 });
      count += body.items.filter(
        ({ senderId, type, deletedAt }) => senderId !== who.id && type !== 'system' && deletedAt === null,
      ).length;
      hasMore = body.hasMore;
      after = body.items.at(-1)?.seq ?? after;
    }
    return count;
  }

  /** Every way to learn the number, for each conversation that they are in. */
  async function agree({ person, devices }: Owner): Promise<void> {
    const inbox = (await person.inbox()).body.items;
    for (const { id, unreadCount } of inbox) {
      const chat = { id };
      const [first] = devices as [Device];
      const ack = await first.asks<{ unreadCount: number }>('mark_as_read', { conversationId: id, seq: 0 });
      const cached = await redis.get(`unread:${person.id}:${id}`);
      expect({
        inbox: unreadCount,
        alone: (await person.sees(chat)).body.unreadCount,
        ack: ack.ok && ack.data.unreadCount,
        rest: (await person.marksRead(chat, { seq: 0 })).body.unreadCount,
        // It began at 0, before there was anything to tell.
        told: devices.map((device) => lastTold(device, chat) ?? 0),
        cached: cached === null ? 'absent' : Number(cached.split(':')[0]),
      }).toEqual({
        inbox: await counted(person, chat),
        alone: unreadCount,
        ack: unreadCount,
        rest: unreadCount,
        told: [unreadCount, unreadCount],
        cached: cached === null ? 'absent' : unreadCount,
      });
    }
  }

  const lastTold = (device: Device, { id }: Chat): number | undefined =>
    device.heard('unread_changed').findLast(({ conversationId }) => conversationId === id)?.unreadCount;

  /** Between their removal and their return. */
  function toldAfterRemoval({ person, devices }: Owner): string[] {
    return devices.flatMap((device) => {
      const out = new Set<string>();
      return device.frames.flatMap(({ event, frame }) => {
        const { conversationId = '', userId } = (frame ?? {}) as { conversationId?: string; userId?: string };
        // A return may be what was missed.
        if (event === 'sync_required') out.clear();
        if (event === 'participant_removed' && userId === person.id) out.add(conversationId);
        if (event === 'participant_added' && userId === person.id) out.delete(conversationId);
        return event === 'unread_changed' && out.has(conversationId) ? [conversationId] : [];
      });
    });
  }

  const drift = async (): Promise<(number | undefined)[]> =>
    Promise.all(
      [0, 1].flatMap((node) =>
        ['devices', 'redis'].map(async (place) =>
          (await Scrape.of(world.nodeUrls[node])).value('chat_unread_drift_total', { place }),
        ),
      ),
    );

  const allAgree = (): Promise<void> =>
    eventually(async () => {
      for (const owner of owners) await agree(owner);
    }, HEALED_WITHIN_MS);

  it.each(upTo(CHAPTERS))(
    'F06 are the same wherever one looks, while Redis is emptied now and then (chapter %d)',
    async () => {
      await chapter();
      await allAgree();
    },
  );

  // Here, where everybody hears of everything: of a return that was missed only what follows it is heard.
  it('are told to nobody who was removed, until they are back', () => {
    expect(owners.flatMap(toldAfterRemoval)).toEqual([]);
  });

  it.each(['cut', 'hole'] as const)(
    'F05 F07 and also where Redis was away meanwhile (%s)',
    async (fault) => {
      for (const link of links) link.become(fault);
      await chapter();
      await redis.flush();
      for (const link of links) link.become('none');
      await allAgree();
    },
    60_000,
  );

  it('F07 and where only one node was without it', async () => {
    links[1]?.become('hole');
    await chapter();
    links[1]?.become('none');
    await allAgree();
  }, 60_000);

  it('have not drifted', async () => {
    await delay(1_000);
    for (const node of world.nodes)
      await node.get(UnreadCheck, { strict: false }).run(new AbortController().signal);
    expect(await drift()).toEqual([0, 0, 0, 0]);
  });
});
