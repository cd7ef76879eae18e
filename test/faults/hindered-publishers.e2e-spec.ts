import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { type Blow, dealBlows } from '../support/faults/nemesis';
import type { BusEvent } from '../support/history/final-state';
import { busOf, readBus } from '../support/history/read-bus';
import { request } from '../support/rest';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

const SEED = 114;
/** Longer than any lease. */
const FROZEN_MS = 30_000;
const MOST_DOUBLED = 0.01;
const HELD_MS = 5_000;
const OTHERS_WITHIN_MS = 2_000;
/** As invariant I7 has it. */
const WELL_AGAIN_WITHIN_MS = 10_000;
/** An event that no bus takes is given up after a minute or two. */
const GIVEN_UP_WITHIN_MS = 150_000;

describe('events for other services', () => {
  let world: World;
  let cluster: Cluster;
  let alice: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    cluster = await Cluster.start(world, { nodes: 3 });
    alice = world.person('Alice');
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  const chats = (count: number): Promise<ConversationDto[]> =>
    times(count, (index) => alice.chatWith(world.person(`Friend ${index}`)));
  const bus = (): Promise<BusEvent[]> => readBus(busOf(world));
  const said = async (chat: ConversationDto, node: number): Promise<string> => {
    const { status, body } = await alice.at(node).says(chat, 'hello');
    expect(status).toBe(201);
    return body.id;
  };
  const left = async (): Promise<Set<string>> => new Set((await bus()).map(({ eventId }) => eventId));

  it('F14 leave in order though each publisher in turn stands still for longer than its lease', async () => {
    const experiment = await Experiment.begin(world, cluster, {
      seed: SEED,
      users: 12,
      conversations: 10,
      thinkMs: 150,
      listenMs: [1_000, 6_000],
    });
    const freezes = [0, 1].map((node): Blow => ({
      atMs: 1_500 + node * (FROZEN_MS + 1_500),
      lastsMs: FROZEN_MS,
      node,
      strike: 'freeze',
    }));
    await dealBlows(freezes, cluster, experiment.history);
    await delay(1_500);
    expect(await experiment.verdict()).toEqual([]);
    const events = await bus();
    const doubled = events.length - new Set(events.map(({ eventId }) => eventId)).size;
    expect(doubled / events.length).toBeLessThan(MOST_DOUBLED);
  }, 150_000);

  it('F15 are not passed over where they commit late, nor do others wait for them', async () => {
    const [slow, ...others] = (await chats(21)) as [ConversationDto, ...ConversationDto[]];
    const client = new Client({ connectionString: world.database.url });
    await client.connect();
    const eventId = randomUUID();
    await client.query('BEGIN');
    // Its position is taken now; nobody sees it before the COMMIT.
    await client.query(
      `INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
         conversation_uuid, rev, payload, audience)
       SELECT shard, $2, event_type, schema_version, clock_timestamp(), trace_id, tenant_uuid, conversation_uuid, rev,
         payload, audience
       FROM outbox WHERE conversation_uuid = $1 LIMIT 1`,
      [slow.id, eventId],
    );
    const held = delay(HELD_MS);
    for (let round = 0; round < 10; round++) {
      const ids = await times(100, (index) =>
        said(others[index % others.length] as ConversationDto, index % 3),
      );
      await eventually(async () => {
        const gone = await left();
        expect(ids.filter((id) => !gone.has(id))).toEqual([]);
      }, OTHERS_WITHIN_MS);
    }
    await held;
    expect(await left()).not.toContain(eventId);
    await client.query('COMMIT');
    await eventually(async () => expect(await left()).toContain(eventId), OTHERS_WITHIN_MS);
    await client.end();
  }, 60_000);

  it('F16 wait while something else stands where the stream should be, and leave in order when it is gone', async () => {
    const { redisUrl, redisKeyPrefix } = busOf(world);
    const [stream, aside] = [`${redisKeyPrefix}chat:events`, `${redisKeyPrefix}aside`];
    const redis = new Redis(redisUrl);
    const [one, other] = (await chats(2)) as [ConversationDto, ConversationDto];
    await eventually(async () => expect(await redis.exists(stream)).toBe(1));
    await redis.multi().rename(stream, aside).set(stream, 'no stream').exec();
    const ids: string[] = [];
    for (const node of [0, 1, 2, 0, 1, 2]) ids.push(await said(one, node), await said(other, node));
    await delay(HELD_MS);
    await redis.rename(aside, stream);
    redis.disconnect();
    await eventually(async () => {
      const gone = (await bus()).map(({ eventId }) => eventId).filter((id) => ids.includes(id));
      expect([...new Set(gone)].sort()).toEqual([...ids].sort());
    }, WELL_AGAIN_WITHIN_MS);
    for (const { id } of [one, other]) {
      const revs = (await bus()).filter(({ key }) => key === id).map(({ rev }) => rev);
      expect(revs).toEqual([...revs].sort((a, b) => a - b));
    }
  }, 60_000);

  it('F16 flow past one that can not be published; those of its conversation wait until it is given up', async () => {
    const [noMessage, noType, tooLong, ...others] = (await chats(13)) as [
      ConversationDto,
      ConversationDto,
      ConversationDto,
      ...ConversationDto[],
    ];
    const poisoned = [noMessage, noType, tooLong];
    const poison = (chat: ConversationDto, type: string, payload: string | null): Promise<unknown> =>
      world.database.query(
        `INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
           conversation_uuid, rev, payload, audience)
         SELECT shard, gen_random_uuid(), $2, 1, clock_timestamp(), trace_id, tenant_uuid, conversation_uuid, rev, $3, '{}'
         FROM outbox WHERE conversation_uuid = $1 LIMIT 1`,
        [chat.id, type, payload],
      );
    await poison(noMessage, 'MessageCreated', null);
    await poison(noType, 'Nonsense', '[1, null, {}]');
    await poison(
      tooLong,
      'ConversationUpdated',
      JSON.stringify({ conversation: 'x'.repeat(5 * 1024 * 1024) }),
    );

    const behind: string[] = [];
    for (const chat of poisoned) for (const _ of upTo(5)) behind.push(await said(chat, 0));
    for (let round = 0; round < 5; round++) {
      const ids = await times(30, (index) =>
        said(others[index % others.length] as ConversationDto, index % 3),
      );
      await eventually(async () => {
        const gone = await left();
        expect(ids.filter((id) => !gone.has(id))).toEqual([]);
      }, OTHERS_WITHIN_MS);
    }
    await eventually(async () => {
      const gone = await left();
      expect(behind.filter((id) => !gone.has(id))).toEqual([]);
    }, GIVEN_UP_WITHIN_MS);
    for (const { id } of poisoned) {
      const revs = (await bus()).filter(({ key }) => key === id).map(({ rev }) => rev);
      expect(revs).toEqual([...revs].sort((a, b) => a - b));
    }
    for (const { url } of cluster.nodes)
      expect((await request('GET', `${url}/health/ready`)).status).toBe(200);
  }, 200_000);
});
