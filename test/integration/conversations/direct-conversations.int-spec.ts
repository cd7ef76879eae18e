import { randomUUID } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import type { Actor } from '../../../src/common/actor';
import { ConfigModule } from '../../../src/config';
import { MessagesModule } from '../../../src/messages';
import { ConversationsService } from '../../../src/conversations/conversations.service';
import { DatabaseModule } from '../../../src/database';
import { type Announcement, EventAnnouncer } from '../../../src/outbox';
import {
  PROFILE_SOURCE,
  type ProfileIds,
  type ProfileSource,
  ProfileSourceUnavailable,
} from '../../../src/profile';
import { configOn } from '../../support/config-on';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times } from '../../support/times';

/** Knows everybody but strangers, while it is well. */
class Directory implements ProfileSource {
  readonly strangers = new Set<string>();
  away = false;

  fetch({ users }: ProfileIds): ReturnType<ProfileSource['fetch']> {
    if (this.away) return Promise.reject(new ProfileSourceUnavailable('a test wants it so'));
    const known = [...users].filter((id) => !this.strangers.has(id));
    const entries = known.map(
      (id) => [id, { id, name: `Person ${id.slice(0, 4)}`, avatarUrl: null }] as const,
    );
    return Promise.resolve({ users: new Map(entries), businesses: new Map() });
  }
}

describe('the conversation between two people', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let module: TestingModule;
  let conversations: ConversationsService;
  let announced: Announcement[];
  const directory = new Directory();
  let alice: Actor;
  let bob: Actor;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    module = await Test.createTestingModule({
      imports: [ConfigModule.with(configOn(testDatabase.url)), DatabaseModule.with([]), MessagesModule],
    })
      .overrideProvider(PROFILE_SOURCE)
      .useValue(directory)
      .compile();
    await module.init();
    conversations = module.get(ConversationsService);
    module.get(EventAnnouncer).listen((announcements) => announced.push(...announcements));
  });
  beforeEach(() => {
    announced = [];
    directory.away = false;
    alice = { tenantId: randomUUID(), userId: randomUUID() };
    bob = { tenantId: alice.tenantId, userId: randomUUID() };
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  const countOf = async (table: 'conversations' | 'participants' | 'outbox' | 'users'): Promise<number> => {
    const { rowCount } = await db.query(`SELECT FROM ${table} WHERE tenant_uuid = $1`, [alice.tenantId]);
    return rowCount ?? 0;
  };

  it('is made when the first of them wants it, and shown as it is', async () => {
    const { conversation, created } = await conversations.openDirect(alice, bob.userId);
    expect(created).toBe(true);
    expect(conversation).toMatchObject({
      type: 'direct',
      rev: 1,
      lastSeq: 0,
      lastMessage: null,
      unreadCount: 0,
    });
    expect(new Set(conversation.participants.map(({ userId }) => userId))).toEqual(
      new Set([alice.userId, bob.userId]),
    );
    expect(conversation.participants.map(({ profile }) => profile.stale)).toEqual([false, false]);
    const { id, createdAt } = conversation;
    expect(await conversations.find(bob, id)).toMatchObject({ id, rev: 1, createdAt, unreadCount: 0 });
  });

  it('is the same one for either of them, ever after', async () => {
    const { conversation } = await conversations.openDirect(alice, bob.userId);
    for (const [actor, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      expect(await conversations.openDirect(actor, other.userId)).toMatchObject({
        conversation: { id: conversation.id, rev: 1 },
        created: false,
      });
    }
    expect(await countOf('conversations')).toBe(1);
  });

  it('is one, however often both of them want it at the same moment', async () => {
    const opened = await times(50, (n) =>
      n % 2 === 0 ? conversations.openDirect(alice, bob.userId) : conversations.openDirect(bob, alice.userId),
    );
    expect(new Set(opened.map(({ conversation }) => conversation.id)).size).toBe(1);
    expect(opened.filter(({ created }) => created)).toHaveLength(1);
    expect([await countOf('conversations'), await countOf('participants'), await countOf('outbox')]).toEqual([
      1, 2, 1,
    ]);
    expect(announced).toHaveLength(1);
  });

  it('is one for each pair, when many pairs of a few people form at once', async () => {
    const people = Array.from({ length: 6 }, () => ({ ...alice, userId: randomUUID() }));
    const pairs = people.flatMap((one) =>
      people.filter((other) => other !== one).map((other) => [one, other] as const),
    );
    await Promise.all(pairs.map(([one, other]) => conversations.openDirect(one, other.userId)));
    expect([await countOf('conversations'), await countOf('participants'), await countOf('users')]).toEqual([
      15, 30, 6,
    ]);
  });

  it('is told of once, in the outbox and to whoever listens, without any viewer’s own fields', async () => {
    const { conversation } = await conversations.openDirect(alice, bob.userId);
    const { unreadCount: _unread, isMuted: _muted, ...shared } = conversation;
    expect(announced).toHaveLength(1);
    const [{ event, audience } = {} as Announcement] = announced;
    expect(new Set(audience)).toEqual(new Set([alice.userId, bob.userId]));
    expect(event).toMatchObject({ eventType: 'ConversationCreated', key: conversation.id, rev: 1 });
    expect(event.payload).toEqual({ conversation: shared });
    const { rows } = await db.query('SELECT event_uuid, payload FROM outbox WHERE conversation_uuid = $1', [
      conversation.id,
    ]);
    expect(rows).toEqual([{ event_uuid: event.eventId, payload: event.payload }]);
  });

  it('is another one in another tenant', async () => {
    const elsewhere = { ...alice, tenantId: randomUUID() };
    const here = await conversations.openDirect(alice, bob.userId);
    const there = await conversations.openDirect(elsewhere, bob.userId);
    expect(there.created).toBe(true);
    expect(there.conversation.id).not.toBe(here.conversation.id);
    await expect(conversations.find(elsewhere, here.conversation.id)).rejects.toMatchObject({
      code: 'conversation_not_found',
    });
  });

  it('is not to be had with oneself', async () => {
    await expect(conversations.openDirect(alice, alice.userId)).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  it('is not begun with somebody whom a healthy upstream does not know, but goes on with them', async () => {
    const { conversation } = await conversations.openDirect(alice, bob.userId);
    const stranger = randomUUID();
    directory.strangers.add(stranger).add(bob.userId);
    await expect(conversations.openDirect(alice, stranger)).rejects.toMatchObject({ code: 'user_not_found' });
    expect((await conversations.openDirect(alice, bob.userId)).conversation.id).toBe(conversation.id);
    expect(await countOf('conversations')).toBe(1);
  });

  it('is begun with anybody while upstream is away, under the names that placeholders have', async () => {
    directory.away = true;
    const { conversation, created } = await conversations.openDirect(alice, bob.userId);
    expect(created).toBe(true);
    expect(conversation.participants.map(({ profile }) => [profile.name, profile.stale])).toEqual(
      conversation.participants.map(({ userId }) => [`User ${userId.slice(-4)}`, true]),
    );
  });

  it('is not there for anybody else', async () => {
    const { conversation } = await conversations.openDirect(alice, bob.userId);
    const carol = { ...alice, userId: randomUUID() };
    const absent = await conversations.find(carol, randomUUID()).catch((error: unknown) => error);
    const foreign = await conversations.find(carol, conversation.id).catch((error: unknown) => error);
    expect(absent).toMatchObject({ code: 'conversation_not_found' });
    expect(foreign).toEqual(absent);
  });
});
