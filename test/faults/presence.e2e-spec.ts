import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { PresenceDto } from '../../src/presence';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { PrivateServers } from '../support/faults/private-servers';
import { World } from '../support/world';

const WITHIN_MS = 30_000;
/** A typer of a node that is gone. */
const TYPING_ENDS_WITHIN_MS = 5_000;
const AWAY_MS = 20_000;
const FLUSHED_FOR_MS = 15_000;

describe('presence and typing', () => {
  let servers: PrivateServers;
  let world: World;
  let cluster: Cluster;
  let redis: Redis;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let hers: Device;
  const devices: Device[] = [];

  beforeAll(async () => {
    servers = await PrivateServers.start();
    world = await World.start({ nodes: 0, servers });
    cluster = await Cluster.start(world, { env: { MIGRATE_ON_START: 'true' } });
    redis = new Redis(servers.redisUrl);
  }, 60_000);
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    hers = await comes(alice);
  });
  afterEach(() => {
    for (const device of devices.splice(0)) device.leaves();
  });
  afterAll(async () => {
    redis.disconnect();
    await cluster.stop();
    await world.stop();
  });

  async function comes(person: Person): Promise<Device> {
    const device = await person.connects();
    devices.push(device);
    return device;
  }
  const statusAt = async (node: number): Promise<string | undefined> => {
    const { status, body } = await alice.at(node).asks<PresenceDto>('GET', `/v1/presence?userIds=${bob.id}`);
    expect(status).toBe(200);
    return body.users[bob.id]?.status;
  };
  const isEverywhere = (status: string) =>
    eventually(
      async () => expect([await statusAt(0), await statusAt(1)]).toEqual([status, status]),
      WITHIN_MS,
    );
  const heard = (): string[] => hers.heard('presence_changed').map(({ status }) => status);
  const follows = () => hers.asks<PresenceDto>('subscribe_presence', { userIds: [bob.id] });

  it('F06 outlast a Redis that is emptied twice a second', async () => {
    await comes(bob.at(1));
    await isEverywhere('online');
    await follows();
    for (const until = Date.now() + FLUSHED_FOR_MS; Date.now() < until; await delay(500))
      await redis.flushall();
    await isEverywhere('online');
    expect(heard()).toEqual([]);
  }, 90_000);

  it('F05 are not known without Redis, and known again after it, empty', async () => {
    const his = await comes(bob.at(1));
    await isEverywhere('online');
    await follows();
    for (const { links } of cluster.nodes) links.redis.become('cut');
    await eventually(async () => expect(await statusAt(0)).toBe('offline'));
    const neighbour = await comes(bob);
    await hers.asks('typing_start', { conversationId: chat.id });
    await eventually(() => expect(neighbour.heard('user_typing')).toMatchObject([{ isTyping: true }]), 1_000);
    expect(await follows()).toMatchObject({ ok: true });
    await delay(AWAY_MS);
    expect(his.heard('user_typing')).toEqual([]);
    neighbour.leaves();
    await redis.flushall();
    for (const { links } of cluster.nodes) links.redis.become('none');
    await isEverywhere('online');
    await eventually(() => expect(heard().at(-1) ?? 'online').toBe('online'), WITHIN_MS);
  }, 120_000);

  it('F01 end with the node that they were at: typing within five seconds, presence within thirty', async () => {
    const his = await comes(bob.at(1));
    await isEverywhere('online');
    await follows();
    // Until it is stored that he came.
    await delay(2_000);
    await his.asks('typing_start', { conversationId: chat.id });
    const typing = (): boolean[] => hers.heard('user_typing').map(({ isTyping }) => isTyping);
    await eventually(() => expect(typing()).toEqual([true]));
    await cluster.nodes[1]?.kill();
    const killed = performance.now();
    await eventually(() => expect(typing()).toEqual([true, false]), TYPING_ENDS_WITHIN_MS + 300);
    await eventually(() => expect(heard()).toEqual(['offline']), WITHIN_MS);
    expect(performance.now() - killed).toBeLessThan(WITHIN_MS);
    expect(hers.heard('presence_changed')[0]?.lastSeenAt).toEqual(expect.any(String));
    expect(await statusAt(0)).toBe('offline');
    await cluster.nodes[1]?.start();
  }, 90_000);
});
