import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import { expectProblem, type RefusalCode } from '../support/problem';
import type { Answer } from '../support/rest';
import { told } from '../support/told';
import { World } from '../support/world';

type Attempt = (who: Person, chat: { id: string }, messageId: string) => Promise<Answer<unknown>>;

const ATTEMPTS: [string, Attempt][] = [
  ['see it', (who, chat) => who.sees(chat)],
  ['read it', (who, chat) => who.reads(chat)],
  ['read one message of it', (who, chat, messageId) => who.finds(chat, messageId)],
  ['write in it', (who, chat) => who.says(chat, 'let me in')],
  ['write in it with a key', (who, chat, key) => who.says(chat, 'let me in', { clientMessageId: key })],
  ['reply in it', (who, chat, replyToId) => who.says(chat, 'let me in', { replyToId })],
  ['write rubbish in it', (who, chat) => who.sends(chat, { content: 1 })],
  ['read it wrongly', (who, chat) => who.reads(chat, { limit: 'all' })],
];

describe('T01 T26 who is not in a conversation', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    world = await World.start();
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(() => world.stop());

  it.each(ATTEMPTS)('can not tell whether it exists: %s', async (_what, attempt) => {
    const chat = await alice.chatWith(bob);
    const { id: messageId } = (await alice.says(chat, 'between us')).body;
    const nowhere = { id: randomUUID() };
    const carol = world.person('Carol');
    const namesake = world.person('Alice', { id: alice.id, tenantId: randomUUID() });

    for (const outsider of [carol, namesake]) {
      const refused = await attempt(outsider, chat, messageId);
      const absent = await attempt(outsider, nowhere, randomUUID());
      const code: RefusalCode = refused.status === 400 ? 'validation_failed' : 'conversation_not_found';
      expectProblem(refused, code);
      expect(told(refused)).toEqual(told(absent));
    }
    expect((await bob.reads(chat)).body.items.map(({ content }) => content)).not.toContain('let me in');
  });

  it('has it not in their inbox', async () => {
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'between us');
    const namesake = world.person('Bob', { id: bob.id, tenantId: randomUUID() });
    for (const outsider of [world.person('Carol'), namesake]) {
      expect((await outsider.inbox()).body.items).toEqual([]);
    }
  });

  it('T02 can not tell a message of another conversation from none, being in this one', async () => {
    const carol = world.person('Carol');
    const chat = await alice.chatWith(bob);
    const { id: messageId } = (await alice.says(chat, 'between us')).body;
    const own = await carol.chatWith(bob);
    const foreign = await carol.finds(own, messageId);
    expectProblem(foreign, 'message_not_found');
    expect(told(foreign)).toEqual(told(await carol.finds(own, randomUUID())));
    const foreignReply = await carol.says(own, 'hm', { replyToId: messageId });
    expect(told(foreignReply)).toEqual(told(await carol.says(own, 'hm', { replyToId: randomUUID() })));
  });
});
