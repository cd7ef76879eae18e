import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { OutboxCleaner } from '../../../src/outbox/publisher/outbox-cleaner';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { databaseAt } from '../../support/database-config';
import { eventually } from '../../support/eventually';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { EventStream, type PublishedEvent } from '../../support/outbox/event-stream';
import { times, upTo } from '../../support/times';
import { World } from '../../support/world';

const INTO_OUTBOX = `
  INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
    conversation_uuid, rev, payload, audience)
  SELECT outbox_shard($1), gen_random_uuid(), $2, 1, clock_timestamp(), repeat('0', 32), gen_random_uuid(), $1, $3, $4, '{}'`;

describe('publishing', () => {
  let world: World;
  let stream: EventStream;
  let alice: Person;
  let bob: Person;
  let db: Client;
  let proxy: FaultProxy | undefined;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    stream = EventStream.of(world.environment);
    db = new Client({ connectionString: world.database.url });
    await db.connect();
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(async () => {
    await db.end();
    await stream.close();
    proxy?.become('none');
    await world.stop();
    proxy?.close();
  });

  /** Of one conversation, each event at its first appearance. */
  async function published(key: string): Promise<PublishedEvent[]> {
    const seen = new Set<string>();
    return (await stream.events()).filter((event) => {
      const isFirst = event.key === key && !seen.has(event.eventId);
      seen.add(event.eventId);
      return isFirst;
    });
  }

  const revsOf = async (key: string): Promise<number[]> => (await published(key)).map(({ rev }) => rev);

  /** Something other services would be told. */
  async function record(
    key: string,
    rev: number,
    payload: unknown,
    type = 'ConversationUpdated',
  ): Promise<void> {
    await world.database.query(INTO_OUTBOX, [key, type, rev, JSON.stringify(payload)]);
  }

  /** A row that nothing can be made of. */
  async function recordPoison(key: string): Promise<void> {
    await record(key, 1, null, 'MessageCreated');
  }

  it('brings every change of a conversation in order, whichever nodes made them', async () => {
    const chats = [await alice.groupWith(bob), await alice.chatWith(bob), await bob.groupWith(alice)];
    const write = async (chat: ConversationDto, person: Person): Promise<void> => {
      for (const n of upTo(10)) await person.says(chat, `${person.name} ${n}`);
    };
    await Promise.all(
      chats.flatMap((chat) => [write(chat, alice.at(0)), write(chat, alice.at(1)), write(chat, bob.at(1))]),
    );
    for (const { id } of chats) {
      const revs = await eventually(async () => {
        const found = await revsOf(id);
        expect(found.length).toBeGreaterThan(30);
        return found;
      });
      expect(revs).toEqual(revs.map((_rev, index) => (revs[0] ?? 0) + index));
    }
    await eventually(async () =>
      expect(await world.database.query('SELECT FROM outbox WHERE published_at IS NULL')).toEqual([]),
    );
    const all = await stream.events();
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length);
  });

  it('tells the message as it is by then', async () => {
    const chat = await alice.chatWith(bob);
    const { body: message } = await alice.says(chat, 'as it was said');
    const event = await eventually(async () => {
      const found = (await published(chat.id)).find(({ eventId }) => eventId === message.id);
      expect(found).toBeDefined();
      return found;
    });
    expect(event).toEqual({
      eventId: message.id,
      eventType: 'MessageCreated',
      schemaVersion: 1,
      occurredAt: message.sentAt,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      tenantId: '00000000-0000-0000-0000-000000000000',
      key: chat.id,
      rev: message.rev,
      payload: { message },
    });
  });

  it('does not pass over what is committed late, and holds nobody up for it (F15)', async () => {
    const [slow, quick] = [randomUUID(), randomUUID()];
    await db.query('BEGIN');
    await db.query(INTO_OUTBOX, [slow, 'ConversationUpdated', 2, '{"slow": true}']);
    await times(20, (rev) => record(quick, rev, {}));
    await eventually(async () => expect(await revsOf(quick)).toHaveLength(20), 1_000);
    await delay(500);
    expect(await revsOf(slow)).toEqual([]);
    await db.query('COMMIT');
    await eventually(async () => expect(await revsOf(slow)).toEqual([2]), 1_000);
  });

  it('is held up by what can not be published in its own conversation alone (F16)', async () => {
    const [sick, sound] = [randomUUID(), randomUUID()];
    await recordPoison(sick);
    await record(sick, 2, {});
    for (const rev of upTo(5)) await record(sound, rev, {});
    await eventually(async () => expect(await revsOf(sound)).toEqual(upTo(5)), 1_000);
    expect(await revsOf(sick)).toEqual([]);
    await world.database.query(
      'UPDATE outbox SET parked_at = now() WHERE conversation_uuid = $1 AND rev = 1',
      [sick],
    );
    await eventually(async () => expect(await revsOf(sick)).toEqual([2]));
  });

  it('goes on although a conversation that is held up has more than a round could take', async () => {
    const sick = randomUUID();
    await recordPoison(sick);
    await world.database.query(
      INTO_OUTBOX.replace('$3', 'n').replace('$4', '$3') + ' FROM generate_series(2, 400) AS n',
      [sick, 'ConversationUpdated', '{}'],
    );
    const [neighbour] = await world.database.query<{ id: string }>(
      'SELECT id FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 500)) AS any_id WHERE outbox_shard(id) = outbox_shard($1)',
      [sick],
    );
    await record(neighbour?.id ?? '', 1, {});
    await eventually(async () => expect(await revsOf(neighbour?.id ?? '')).toEqual([1]), 1_000);
    await world.database.query('DELETE FROM outbox WHERE conversation_uuid = $1', [sick]);
  });

  it('tells sockets what a node committed and did not live to tell, once', async () => {
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'heard by all');
    const devices = [await alice.at(0).connects(), await bob.at(1).connects()];
    const dying = { ...databaseAt(world.database.url) };
    await world.database.query(
      `INSERT INTO nodes (node_uuid, renewed_at, lease_until, publishes)
       VALUES ($1, clock_timestamp(), clock_timestamp() + interval '1 second', true)`,
      [dying.nodeId],
    );
    const log = new MessageLog(dying);
    const draft = {
      ...{ tenantId: '00000000-0000-0000-0000-000000000000', conversationId: chat.id, senderId: alice.id },
      ...{ type: 'text', content: 'my last words', payload: null, metadata: null, replyToId: null },
      ...{ expiresInSeconds: null, clientMessageId: null, bodyHash: null, traceId: '0'.repeat(32) },
    };
    await log.append([draft]);
    await log.onApplicationShutdown();

    for (const device of devices)
      await eventually(
        () => expect(device.messages.map(({ content }) => content)).toContain('my last words'),
        3_000,
      );
    await eventually(async () =>
      expect(await world.database.query('SELECT FROM nodes WHERE node_uuid = $1', [dying.nodeId])).toEqual(
        [],
      ),
    );
    for (const device of devices) {
      expect(device.messages.filter(({ content }) => content === 'my last words')).toHaveLength(1);
      device.leaves();
    }
  });

  it('T04 tells of what a dead node left nobody who was removed or blocked since', async () => {
    const [carol, dave] = [world.person('Carol'), world.person('Dave')];
    const group = await alice.groupWith(bob, carol, dave);
    const chat = await alice.chatWith(carol);
    await bob.says(group, 'to all');
    await carol.says(chat, 'to one');
    const dead = randomUUID();
    const receipt = async ({ id }: { id: string }, audience: readonly Person[]): Promise<unknown> =>
      world.database.query(
        `INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
           conversation_uuid, rev, payload, audience, node_uuid)
         SELECT outbox_shard($1), gen_random_uuid(), 'MessageRead', 1, clock_timestamp(), repeat('0', 32), tenant_uuid,
           $1, rev, $2, $3, $4 FROM conversations WHERE conversation_uuid = $1`,
        [
          id,
          JSON.stringify({ conversationId: id, userId: alice.id, seq: 1, at: new Date().toISOString() }),
          audience.map((person) => person.id),
          dead,
        ],
      );
    await receipt(group, [alice, bob, carol, dave]);
    await receipt(chat, [alice, carol]);
    await alice.removes(group, dave);
    await alice.asks('PUT', `/v1/users/me/blocks/${carol.id}`);
    const [bobs, carols, daves] = [await bob.connects(), await carol.connects(), await dave.connects()];
    await world.database.query(
      `INSERT INTO nodes (node_uuid, renewed_at, lease_until, publishes)
       VALUES ($1, clock_timestamp() - interval '3 seconds', clock_timestamp(), true)`,
      [dead],
    );
    const read = (device: Device): string[] =>
      device.heard('messages_read').map(({ conversationId }) => conversationId);
    // Twice: what was on its way when the node died may have been committed after the first time.
    await eventually(() => expect(read(bobs).length).toBeGreaterThan(0), 10_000);
    await eventually(() => expect(new Set(read(carols))).toEqual(new Set([group.id])));
    expect(read(daves)).toEqual([]);
    for (const device of [bobs, carols, daves]) device.leaves();
  });

  it('tells sockets what was committed although the answer to its COMMIT never came', async () => {
    proxy = await FaultProxy.to(world.database.url);
    const node = await world.startNode({ DATABASE_URL: proxy.url });
    const chat = await alice.at(0).chatWith(bob);
    const devices = [await bob.at(0).connects(), await alice.at(node).connects()];
    await alice.at(node).says(chat, 'heard by all');
    proxy.become('half');
    const sending = alice.at(node).says(chat, 'is anybody there?');
    await eventually(async () =>
      expect(
        await world.database.query(`SELECT FROM messages WHERE content = 'is anybody there?'`),
      ).toHaveLength(1),
    );
    expect((await sending).status).toBe(503);
    proxy.become('none');
    // Those of other tests come again to whoever connects.
    const said = (device: Device): unknown[] =>
      device.messages
        .filter(({ conversationId }) => conversationId === chat.id)
        .map(({ content }) => content);
    for (const device of devices) {
      await eventually(
        () => expect(said(device).slice(-2)).toEqual(['heard by all', 'is anybody there?']),
        8_000,
      );
      device.leaves();
    }
    await world.stopNode(node);
  });

  it('keeps what was published for its time, and what was not for longer', async () => {
    const [old, late, fresh] = [randomUUID(), randomUUID(), randomUUID()];
    for (const key of [old, late, fresh]) await record(key, 1, {});
    await eventually(async () =>
      expect([await revsOf(old), await revsOf(late), await revsOf(fresh)]).toEqual([[1], [1], [1]]),
    );
    const aged = `UPDATE outbox SET occurred_at = now() - interval '73 hours'`;
    await world.database.query(`${aged} WHERE conversation_uuid = $1`, [old]);
    await world.database.query(`${aged}, published_at = NULL, shard = -1 WHERE conversation_uuid = $1`, [
      late,
    ]);
    await world.nodes[0]?.get(OutboxCleaner).run(new AbortController().signal);
    const left = await world.database.query<{ key: string }>(
      'SELECT conversation_uuid AS key FROM outbox WHERE conversation_uuid = ANY ($1)',
      [[old, late, fresh]],
    );
    expect(left.map(({ key }) => key).sort()).toEqual([late, fresh].sort());
  });

  it('is another node’s when one leaves', async () => {
    const owners = async (): Promise<number[]> =>
      (
        await world.database.query<{ shards: number }>(
          'SELECT count(*)::integer AS shards FROM outbox_shards GROUP BY owner_uuid',
        )
      ).map(({ shards }) => shards);
    await eventually(async () => expect(await owners()).toEqual([8, 8]));
    await world.stopNode(1);
    await eventually(async () => expect(await owners()).toEqual([16]), 2_000);
    const chat = await alice.at(0).groupWith(bob);
    await eventually(async () => expect(await revsOf(chat.id)).not.toEqual([]));
  });
});
