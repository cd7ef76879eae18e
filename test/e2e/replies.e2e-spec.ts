import { randomUUID } from 'node:crypto';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

describe('a reply', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('shows the beginning of what it replies to', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const question = (await alice.says(chat, 'shall we? 👋🏽')).body;
    const answer = (await bob.says(chat, 'we shall', { replyToId: question.id })).body;
    const replyTo = { id: question.id, seq: 1, senderId: alice.id, excerpt: 'shall we? 👋🏽' };
    expect(answer.replyTo).toEqual(replyTo);
    expect((await alice.finds(chat, answer.id)).body.replyTo).toEqual(replyTo);
    expect((await alice.inbox()).body.items[0]?.lastMessage?.replyTo).toEqual(replyTo);
  });

  it.each([
    ['letters', 'x'.repeat(4_000)],
    ['emoji', '🙂'.repeat(4_000)],
    ['both', `x${'🙂'.repeat(3_999)}`],
  ])('shows a long original cut short, and not within a character: %s', async (_of, content) => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const original = (await alice.says(chat, content)).body;
    const reply = (await bob.says(chat, 'so long', { replyToId: original.id })).body;
    const excerpt = reply.replyTo?.excerpt ?? '';
    expect([...excerpt].length).toBeLessThan(200);
    expect(excerpt.endsWith('…')).toBe(true);
    expect(content.startsWith(excerpt.slice(0, -1))).toBe(true);
    expect(excerpt.isWellFormed()).toBe(true);
    expect((await alice.finds(chat, reply.id)).body.replyTo?.excerpt).toBe(excerpt);
  });

  it('can be to a message by the same person, and to a reply', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const first = (await alice.says(chat, 'one')).body;
    const second = (await alice.says(chat, 'two', { replyToId: first.id })).body;
    const third = (await alice.says(chat, 'three', { replyToId: second.id })).body;
    expect(third.replyTo).toMatchObject({ id: second.id, excerpt: 'two' });
  });

  it('T02 is not to a message of another conversation, nor to one that never was', async () => {
    const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    const [chat, elsewhere] = [await alice.chatWith(bob), await alice.chatWith(carol)];
    const secret = (await carol.says(elsewhere, 'for Alice only')).body;
    const refused = await alice.says(chat, 'see?', { replyToId: secret.id });
    const absent = await alice.says(chat, 'see?', { replyToId: randomUUID() });
    expectProblem(refused, 'message_not_found');
    expectProblem(absent, 'message_not_found');
    expect((await alice.reads(chat)).body.items).toEqual([]);
  });
});
