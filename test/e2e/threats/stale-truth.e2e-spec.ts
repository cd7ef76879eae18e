import { randomUUID } from 'node:crypto';
import type { Person } from '../../support/chat-client';
import { World } from '../../support/world';

const ROUNDS = 10;

describe('T22 what is shown is true, now, and for the one who asks:', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => {
    world.kaha.behave({ kind: 'ok' });
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(() => world.stop());

  const answerOf = (...users: object[]): void =>
    world.kaha.behave({ kind: 'body', body: JSON.stringify({ users, businesses: [] }) });
  const namesIn = ({ participants }: { participants: readonly { profile: { name: string } }[] }): string[] =>
    participants.map(({ profile }) => profile.name).sort();

  it('upstream tells of those it was asked about, and of nobody else', async () => {
    const chat = await alice.chatWith(bob);
    const carol = world.person('Carol');
    answerOf(
      { uuid: carol.id, name: 'Carol', avatar_url: null },
      { uuid: bob.id, name: 'Bob', avatar_url: null },
      { uuid: alice.id, name: 'Alice, says somebody else', avatar_url: 'https://evil.test/' },
    );
    expect(namesIn(await carol.chatWith(bob))).toEqual(['Bob', 'Carol']);
    world.kaha.behave({ kind: 'ok' });
    expect(namesIn((await bob.sees(chat)).body)).toEqual(['Alice', 'Bob']);
  });

  it('upstream tells once of each: the first word counts, in whatever case it writes an id', async () => {
    answerOf(
      { uuid: alice.id.toUpperCase(), name: 'Alice', avatar_url: null },
      { uuid: alice.id, name: 'Not Alice', avatar_url: null },
      { uuid: bob.id, name: 'Bob', avatar_url: null },
    );
    expect(namesIn(await alice.chatWith(bob))).toEqual(['Alice', 'Bob']);
  });

  it.each([
    '{"users":[{"__proto__":{"uuid":"ID","name":"Evil","avatar_url":null}}],"businesses":[]}',
    '{"__proto__":{"users":[{"uuid":"ID","name":"Evil","avatar_url":null}],"businesses":[]}}',
    '{"users":{"length":1,"0":{"uuid":"ID","name":"Evil","avatar_url":null}},"businesses":[]}',
    '{"users":[{"uuid":["ID"],"name":"Evil","avatar_url":null}],"businesses":[]}',
    '{"users":[{"uuid":"ID","name":{"toString":"Evil"},"avatar_url":null}],"businesses":[]}',
    '{"users":[{"uuid":"ID","name":"Evil","avatar_url":{}}],"businesses":[]}',
    '{"users":[null],"businesses":[]}',
    '[{"uuid":"ID","name":"Evil","avatar_url":null}]',
    '{"users":[{"uuid":"ID","name":"Evil","avatar_url":null}]}',
    '{"users":[{"uuid":"ID","name":"Evil","avatar_url":null}],"businesses":[]',
  ])('upstream tells in its own shape, or is not believed: %s', async (body) => {
    world.kaha.behave({ kind: 'body', body: body.replace('ID', bob.id) });
    const { participants } = await alice.chatWith(bob);
    expect(participants.map(({ profile: { name, stale } }) => [name, stale])).toEqual([
      [expect.stringMatching(/^User /), true],
      [expect.stringMatching(/^User /), true],
    ]);
    world.kaha.behave({ kind: 'ok' });
    expect(namesIn((await alice.inbox()).body.items[0] ?? { participants: [] })).toEqual(['Alice', 'Bob']);
  });

  it('every change is seen at the other node by the very next read', async () => {
    const chat = await alice.groupWith(bob);
    const his = bob.at(1);
    for (let round = 0; round < ROUNDS; round++) {
      const { id, seq } = (await alice.says(chat, `first ${round}`)).body;
      const path = `/v1/conversations/${chat.id}/messages/${id}`;
      expect((await his.reads(chat, { limit: 1 })).body.items).toMatchObject([
        { id, content: `first ${round}` },
      ]);
      expect((await his.inbox()).body.items[0]).toMatchObject({ lastMessage: { id }, unreadCount: 1 });
      await alice.asks('PATCH', path, { body: { content: `edited ${round}` } });
      expect((await his.finds(chat, id)).body.content).toBe(`edited ${round}`);
      expect((await his.inbox()).body.items[0]?.lastMessage?.content).toBe(`edited ${round}`);
      await bob.marksRead(chat, { seq });
      expect((await alice.at(1).finds(chat, id)).body.status).toBe('read');
      expect((await his.inbox()).body.items[0]?.unreadCount).toBe(0);
      await alice.asks('DELETE', path);
      expect((await his.finds(chat, id)).body.content).toBeNull();
      await alice.changes(chat, { name: `name ${round}` });
      expect((await his.sees(chat)).body.name).toBe(`name ${round}`);
      await bob.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts: round % 2 === 1 } });
      const seen = (await alice.at(1).sees(chat)).body.participants.find(({ userId }) => userId === bob.id);
      expect(seen?.lastReadSeq).toEqual(round % 2 === 1 ? expect.any(Number) : null);
      await bob.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts: true } });
    }
    await alice.removes(chat, bob);
    expect((await his.sees(chat)).status).toBe(404);
  });

  it('two who look at the same thing each see their own side of it, however they take turns', async () => {
    const carol = world.person('Carol');
    const chat = await alice.groupWith(bob);
    const secret = (await alice.says(chat, 'before Carol came')).body;
    await alice.adds(chat, carol);
    const reply = (await bob.says(chat, 'quite', { replyToId: secret.id })).body;
    await alice.asks('PATCH', `/v1/conversations/${chat.id}/settings`, { body: { isMuted: true } });
    for (let round = 0; round < ROUNDS; round++) {
      const [hers, his, newcomers] = await Promise.all(
        [alice, bob, carol].map(async (person) => {
          const at = person.at(round % 2);
          const [view, items, one] = [
            await at.sees(chat),
            await at.reads(chat),
            await at.finds(chat, reply.id),
          ];
          return { view: view.body, seqs: items.body.items.map(({ seq }) => seq), reply: one.body };
        }),
      );
      expect([hers?.view.isMuted, his?.view.isMuted, newcomers?.view.isMuted]).toEqual([true, false, false]);
      expect([hers?.seqs.length, his?.seqs.length, newcomers?.seqs.length]).toEqual([3, 3, 2]);
      expect(hers?.reply.replyTo?.excerpt).toBe('before Carol came');
      expect(his?.reply.replyTo?.excerpt).toBe('before Carol came');
      expect(newcomers?.reply.replyTo?.excerpt).toBeNull();
    }
  });

  it('nothing that a request says beside its question changes the answer, nor comes back in it', async () => {
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'hello');
    const headers = Object.fromEntries(
      [
        'x-forwarded-host',
        'x-forwarded-proto',
        'x-forwarded-scheme',
        'x-forwarded-port',
        'x-original-url',
        'x-host',
        'forwarded',
        'accept-language',
        'accept-encoding',
        'user-agent',
        'if-none-match',
        'range',
        'cookie',
        'x-user-id',
      ].map((name) => [name, `poison-${randomUUID()}`]),
    );
    for (const path of [`/v1/conversations/${chat.id}/messages`, '/v1/users/me', '/v1/nowhere']) {
      const [plain, poisoned] = [await bob.asks('GET', path), await bob.asks('GET', path, { headers })];
      const told = ({ status, body }: typeof plain) => ({
        status,
        body: { ...(body as object), traceId: '', instance: '' },
      });
      expect(told(poisoned)).toEqual(told(plain));
      expect(JSON.stringify(poisoned)).not.toContain('poison-');
      expect(poisoned.headers['cache-control']).toBe('no-store');
    }
  });
});
