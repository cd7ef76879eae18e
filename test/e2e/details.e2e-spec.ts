import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

describe('what a conversation is called, and how long its messages last', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(() => world.stop());

  it('is for a group’s admins to change, and everybody hears of it and reads it', async () => {
    const chat = await alice.groupWith(bob);
    const device = await bob.at(1).connects();
    const wanted = { name: 'The band', avatarUrl: 'https://cdn.example/band.png', messageTtlSeconds: 3_600 };
    const { status, body } = await alice.changes(chat, wanted);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: chat.id, ...wanted, rev: 4, unreadCount: 0, isMuted: false });
    await eventually(() => expect(device.messages).toHaveLength(2));
    const [{ conversation } = {}] = device.heard('conversation_updated');
    expect(conversation).toMatchObject({ id: chat.id, ...wanted, rev: 2, lastMessage: null });
    expect(conversation).not.toHaveProperty('unreadCount');
    expect(device.messages).toMatchObject([
      { content: 'renamed', payload: { action: 'renamed', byUserId: alice.id, name: 'The band' }, rev: 3 },
      { content: 'timer_changed', payload: { messageTtlSeconds: 3_600 }, rev: 4, expiresAt: null },
    ]);
    device.leaves();
  });

  it('stays as it is where nothing is said of it, and goes where null is said', async () => {
    const chat = (await alice.founds([bob], { name: 'The band', avatarUrl: 'https://cdn.example/a.png' }))
      .body;
    expect((await alice.changes(chat, { name: null })).body).toMatchObject({
      name: null,
      avatarUrl: 'https://cdn.example/a.png',
    });
    expect((await alice.changes(chat, { avatarUrl: null })).body).toMatchObject({
      name: null,
      avatarUrl: null,
    });
  });

  it('is no change where it is so already', async () => {
    const chat = (await alice.founds([bob], { name: 'The band' })).body;
    expect((await alice.changes(chat, { name: 'The band', messageTtlSeconds: null })).body).toMatchObject({
      rev: 1,
      lastSeq: 0,
    });
  });

  it('holds for messages sent from then on, unless they want less', async () => {
    const chat = await alice.chatWith(bob);
    const before = (await alice.says(chat, 'stays')).body;
    expect(before.expiresAt).toBeNull();
    expect((await bob.changes(chat, { messageTtlSeconds: 60 })).body.messageTtlSeconds).toBe(60);
    const lifetime = async (more = {}) => {
      const { sentAt, expiresAt } = (await alice.says(chat, 'goes', more)).body;
      return Date.parse(expiresAt ?? '') - Date.parse(sentAt);
    };
    expect(await lifetime()).toBe(60_000);
    expect(await lifetime({ expiresInSeconds: 5 })).toBe(5_000);
    expect(await lifetime({ expiresInSeconds: 600 })).toBe(60_000);
    await bob.changes(chat, { messageTtlSeconds: null });
    expect((await alice.says(chat, 'stays')).body.expiresAt).toBeNull();
  });

  it('is nothing a direct conversation has, but for how long messages last', async () => {
    const chat = await alice.chatWith(bob);
    expectProblem(await alice.changes(chat, { name: 'us' }), 'wrong_conversation_type');
    expectProblem(await alice.changes(chat, { avatarUrl: null }), 'wrong_conversation_type');
    expectProblem(await alice.changes(chat, { messageTtlSeconds: 5, name: 'us' }), 'wrong_conversation_type');
    expect((await bob.sees(chat)).body).toMatchObject({ rev: 1, messageTtlSeconds: null });
  });

  it('T30 is not for members who are no admins, and T01 nothing to outsiders', async () => {
    const chat = await alice.groupWith(bob);
    for (const wanted of [{ name: 'mine' }, { messageTtlSeconds: 5 }, { avatarUrl: null }]) {
      expectProblem(await bob.changes(chat, wanted), 'insufficient_role');
      expectProblem(await world.person('Carol').changes(chat, wanted), 'conversation_not_found');
    }
  });

  it.each<[string, object, string]>([
    ['nothing to change', {}, ''],
    ['a name of blanks', { name: ' ' }, 'name'],
    ['a name that is a number', { name: 5 }, 'name'],
    ['a picture by http', { avatarUrl: 'http://cdn.example/a.png' }, 'avatarUrl'],
    ['no time at all', { messageTtlSeconds: 0 }, 'messageTtlSeconds'],
    ['half a second', { messageTtlSeconds: 0.5 }, 'messageTtlSeconds'],
    ['more than 90 days', { messageTtlSeconds: 90 * 86_400 + 1 }, 'messageTtlSeconds'],
    ['a time as text', { messageTtlSeconds: '60' }, 'messageTtlSeconds'],
    ['another type', { type: 'direct' }, 'type'],
    ['T03 another revision', { rev: 99 }, 'rev'],
    ['T03 another tenant', { tenantId: '00000000-0000-4000-8000-000000000001' }, 'tenantId'],
  ])('is refused with %s', async (_what, wanted, path) => {
    const chat = await alice.groupWith(bob);
    expectProblem(await alice.changes(chat, wanted), 'validation_failed', path);
  });
});

describe('being left alone by a conversation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const mute = (person: Person, chat: { id: string }, body: unknown) =>
    person.asks('PATCH', `/v1/conversations/${chat.id}/settings`, { body });

  it('is one’s own affair', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    expect(await mute(alice, chat, { isMuted: true })).toMatchObject({
      status: 200,
      body: { id: chat.id, isMuted: true, rev: 1 },
    });
    expect((await alice.inbox()).body.items).toMatchObject([{ isMuted: true }]);
    expect((await bob.sees(chat)).body.isMuted).toBe(false);
    expect(await mute(alice, chat, { isMuted: false })).toMatchObject({ body: { isMuted: false } });
  });

  it('is refused in any other words, and to outsiders', async () => {
    const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    const chat = await alice.chatWith(bob);
    for (const body of [{}, { isMuted: 'true' }, { isMuted: null }, { isMuted: 1 }])
      expectProblem(await mute(alice, chat, body), 'validation_failed', 'isMuted');
    expectProblem(await mute(carol, chat, { isMuted: true }), 'conversation_not_found');
  });
});
