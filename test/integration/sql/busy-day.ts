import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DeadNodes } from '../../../src/cluster';
import { NIL_UUID } from '../../../src/common/uuid';
import { loadConfig } from '../../../src/config';
import { Database } from '../../../src/database';
import type { MessageDto } from '../../../src/message-view';
import { HistoryService } from '../../../src/messages';
import { replayOutbox } from '../../../src/outbox';
import { OutboxEventsRepository } from '../../../src/outbox/publisher/outbox-events.repository';
import { CatchUp } from '../../../src/realtime/fanout/catch-up';
import type { Person } from '../../support/chat-client';
import { eventually } from '../../support/eventually';
import { request } from '../../support/rest';
import { chatId, groupId, personId } from '../../support/sql/busy-database';
import { times } from '../../support/times';
import { SERVICE_TOKEN, type World } from '../../support/world';

const WAITING = 'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))';

/** Everything that can be asked of the service, so that everything that it says to Postgres is said. */
export async function busyDay(world: World): Promise<void> {
  const [alice, bob, carol, dora] = [0, 1, 2, 3].map((number) =>
    world.person(`Person ${number}`, { id: personId(number) }),
  ) as [Person, Person, Person, Person];
  const chat = { id: chatId(0) };
  const newcomer = world.person('Newcomer');

  await comeAtOnce(world);
  await reads(alice, chat);
  await catchesUp(alice, bob, chat);
  await sends(world, alice, chat);
  await sendsWhereSomebodyIsAtWork(world, alice, chat);
  await marks(alice, chat);
  await changesMessages(alice, chat);
  await opens(alice, newcomer);
  await founds(alice, bob, carol, dora);
  await isThere(alice, bob, chat);
  await minds(world, alice, bob, dora);
  await heals(world, chat);
  await listens(world, alice, chat);
  await mourns(world);
  await givesUp(world);
  await replays(world);
}

async function comeAtOnce(world: World): Promise<void> {
  await times(20, (n) => ok(world.person('Somebody', { id: personId(10 + n) }).asks('GET', '/v1/users/me')));
}

async function reads(alice: Person, chat: { id: string }): Promise<void> {
  const first = await ok(alice.inbox({ limit: 5 }));
  await ok(alice.inbox({ limit: 5, cursor: first.nextCursor ?? '' }));
  await ok(alice.inbox({ limit: 100 }));
  await ok(alice.sees({ id: groupId(0) }));
  const { items } = await ok(alice.reads(chat, { limit: 100 }));
  await ok(alice.reads(chat, { after: 100, limit: 100 }));
  await ok(alice.finds(chat, items[0]?.id ?? ''));
}

async function catchesUp(alice: Person, bob: Person, chat: { id: string }): Promise<void> {
  const { next } = await ok(alice.syncs({ limit: 100 }));
  const { id } = await ok(bob.says(chat, 'what?'));
  await ok(alice.says(chat, 'that', { replyToId: id }));
  const between = await ok(alice.syncs({ since: next }));
  await ok(bob.deletes(chat, id));
  await ok(alice.syncs({ since: next, limit: 2 }));
  await ok(alice.syncs({ since: between.next }));
}

async function sends(world: World, alice: Person, chat: { id: string }): Promise<void> {
  const { id } = await ok(alice.says(chat, 'hello'));
  const key = randomUUID();
  await ok(alice.says(chat, 'again', { replyToId: id, clientMessageId: key }));
  await ok(alice.says(chat, 'again', { replyToId: id, clientMessageId: key }));
  // Refused before it is a draft: it could still be one that was sent before.
  await alice.sends(chat, { type: 'text', payload: {}, clientMessageId: key });
  await ok(alice.says(chat, 'soon gone', { expiresInSeconds: 1 }));
  const notice = { type: 'system', content: 'Your order has shipped', clientMessageId: randomUUID() };
  for (let time = 0; time < 2; time++)
    await ok(asService(world, `/v1/internal/conversations/${chat.id}/messages`, notice));
}

/** What the service does where a conversation is held, it may or may not do on any day. */
async function sendsWhereSomebodyIsAtWork(world: World, alice: Person, chat: { id: string }): Promise<void> {
  const other = new Client({ connectionString: world.database.url });
  await other.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR UPDATE', [chat.id]);
    const sending = ok(alice.says(chat, 'no hurry'));
    await eventually(async () => expect((await other.query(WAITING)).rowCount).toBe(1));
    await other.query('COMMIT');
    await sending;
  } finally {
    await other.end();
  }
}

async function marks(alice: Person, chat: { id: string }): Promise<void> {
  const other = { id: chatId(1000) };
  await ok(alice.marksDelivered(other, 9));
  await ok(alice.marksRead(other, { seq: 9 }));
  const { items } = await ok(alice.reads(chat));
  await ok(alice.marksRead(chat, { messageId: items.at(-1)?.id }));
}

async function changesMessages(alice: Person, chat: { id: string }): Promise<void> {
  const { id } = await ok(alice.says(chat, 'helo'));
  await ok(alice.edits(chat, id, 'hello'));
  await ok(alice.deletes(chat, id));
  // Of those that expire the service takes care by itself.
  await eventually(async () => {
    const { items } = await ok(alice.reads(chat, { limit: 100 }));
    expect(items.filter(({ expiresAt, deletedAt }) => expiresAt !== null && deletedAt !== null)).not.toEqual(
      [],
    );
  }, 10_000);
}

async function opens(alice: Person, newcomer: Person): Promise<void> {
  await ok(alice.opens(newcomer));
  await ok(alice.opens(newcomer));
  await ok(newcomer.asks('GET', '/v1/users/me'));
}

async function founds(alice: Person, bob: Person, carol: Person, dora: Person): Promise<void> {
  const key = { 'idempotency-key': randomUUID() };
  const group = await ok(alice.founds([bob, carol], {}, key));
  await ok(alice.founds([bob, carol], {}, key));
  await ok(alice.adds(group, dora));
  await ok(alice.makes(group, bob, 'admin'));
  await ok(alice.changes(group, { name: 'The four of us', messageTtlSeconds: 3600 }));
  await ok(alice.asks('PATCH', `/v1/conversations/${group.id}/settings`, { body: { isMuted: true } }));
  await ok(alice.removes(group, dora));
  await ok(alice.removes(group, alice));
}

/** When they were last seen is stored by itself, soon. */
async function isThere(alice: Person, bob: Person, chat: { id: string }): Promise<void> {
  await ok(alice.asks('GET', `/v1/presence?userIds=${bob.id}`));
  const [device, his] = [await alice.connects(), await bob.connects()];
  await device.asks('typing_start', { conversationId: chat.id });
  await delay(2_500);
  device.leaves();
  await eventually(() => expect(his.heard('user_typing').at(-1)).toMatchObject({ isTyping: false }));
  his.leaves();
}

async function minds(world: World, alice: Person, bob: Person, dora: Person): Promise<void> {
  await ok(alice.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts: false } }));
  await ok(alice.asks('PUT', `/v1/users/me/blocks/${dora.id}`));
  await ok(alice.asks('GET', '/v1/users/me/blocks'));
  await ok(alice.asks('DELETE', `/v1/users/me/blocks/${dora.id}`));
  await ok(asService(world, '/v1/internal/events', { type: 'user.sessions.revoked', uuid: dora.id }));
  const device = await alice.connects();
  const business = { uuid: randomUUID(), name: 'A business', avatar_url: null };
  world.kaha.knowsBusinesses(business);
  await ok(
    asService(world, '/v1/internal/events', { type: 'business.profile.updated', uuid: business.uuid }),
  );
  await ok(asService(world, '/v1/internal/events', { type: 'user.profile.updated', uuid: bob.id }));
  await eventually(() => expect(device.heard('profile_updated')).not.toEqual([]));
  device.leaves();
  await ok(request('GET', `${world.nodeUrls[0]}/health`));
}

/** What other nodes and extensions ask of the history. */
async function heals(world: World, chat: { id: string }): Promise<void> {
  const history = world.nodes[0]?.get(HistoryService, { strict: false });
  const [message] = (await history?.announcementsBetween(NIL_UUID, chat.id, 2_995, 2_999)) ?? [];
  const { id } = (message?.event.payload as { message: MessageDto }).message;
  expect(await history?.readersOf(NIL_UUID, chat.id, id)).toHaveLength(2);
}

/** A device is told what there is to read, also where something may have passed it by. */
async function listens(world: World, alice: Person, chat: { id: string }): Promise<void> {
  const device = await alice.connects();
  const told = async (times: number): Promise<void> =>
    eventually(() => expect(device.heard('unread_changed').length).toBeGreaterThanOrEqual(times));
  await ok(alice.says(chat, 'hello'));
  await told(1);
  world.nodes[0]?.get(CatchUp, { strict: false }).everybody();
  await told(2);
  device.leaves();
}

/** A node is gone, and has left a message that it told nobody of. */
async function mourns(world: World): Promise<void> {
  const dead = randomUUID();
  expect(await world.nodes[0]?.get(DeadNodes, { strict: false }).buried([dead])).toEqual([dead]);
  await world.database.query(
    `INSERT INTO nodes (node_uuid, renewed_at, lease_until, publishes)
     VALUES ($1, clock_timestamp() - interval '3 seconds', clock_timestamp(), true)`,
    [dead],
  );
  await world.database.query(
    `INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
       conversation_uuid, rev, node_uuid)
     SELECT shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid, conversation_uuid, rev, $1
     FROM outbox WHERE event_type = 'MessageCreated' ORDER BY occurred_at DESC LIMIT 1`,
    [dead],
  );
  await eventually(
    async () =>
      expect(await world.database.query('SELECT FROM nodes WHERE node_uuid = $1', [dead])).toEqual([]),
    10_000,
  );
}

/** An event that no bus would take. */
async function givesUp(world: World): Promise<void> {
  const [node] = world.nodes;
  const nowhere = {
    position: -1,
    shard: 0,
    eventId: randomUUID(),
    key: randomUUID(),
    occurredAt: new Date(),
  };
  const database = node?.get(Database, { strict: false });
  if (database === undefined) throw new Error('there is no node');
  await node?.get(OutboxEventsRepository, { strict: false }).park(database, nowhere);
}

/** What an operator has published once more. */
async function replays(world: World): Promise<void> {
  const [from, to] = [new Date(Date.now() - 60_000), new Date()];
  const progress = replayOutbox(loadConfig(world.environment), { from, to, conversationId: undefined });
  for await (const { refused } of progress) expect(refused).toBe(0);
}

function asService(world: World, path: string, body: unknown) {
  const headers = { authorization: `Bearer ${SERVICE_TOKEN}` };
  return request('POST', `${world.nodeUrls[0]}${path}`, { headers, body });
}

async function ok<Body>(asked: Promise<{ status: number; body: Body }>): Promise<Body> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}
