import { randomUUID } from 'node:crypto';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

describe('two tenants', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('have different people under the same UUIDs, with conversations of their own', async () => {
    const ids = [randomUUID(), randomUUID()] as const;
    const pairIn = (tenantId: string) => ({
      alice: world.person('Alice', { id: ids[0], tenantId }),
      bob: world.person('Bob', { id: ids[1], tenantId }),
    });
    const [acme, other] = [pairIn(randomUUID()), pairIn(randomUUID())];

    const opened = [await acme.alice.opens(acme.bob), await other.alice.opens(other.bob)];
    expect(opened.map(({ status }) => status)).toEqual([201, 201]);
    const [acmeChat, otherChat] = opened.map(({ body }) => body);
    if (!acmeChat || !otherChat) throw new Error('not opened');
    expect(acmeChat.id).not.toBe(otherChat.id);

    await acme.alice.says(acmeChat, 'of acme');
    expectProblem(await other.alice.reads(acmeChat), 'conversation_not_found');
    expectProblem(await other.bob.says(acmeChat, 'hello?'), 'conversation_not_found');
    expect((await other.bob.inbox()).body.items).toMatchObject([{ id: otherChat.id, unreadCount: 0 }]);
    expect((await acme.bob.inbox()).body.items).toMatchObject([{ id: acmeChat.id, unreadCount: 1 }]);
  });

  it('are not known to each other: a conversation is always within one’s own', async () => {
    const [alice, bob] = [
      world.person('Alice', { tenantId: randomUUID() }),
      world.person('Bob', { tenantId: randomUUID() }),
    ];
    await bob.asks('GET', '/v1/users/me');
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'to whoever has this UUID here');
    expect((await bob.inbox()).body.items).toEqual([]);
    expectProblem(await bob.reads(chat), 'conversation_not_found');
  });

  it('do not share idempotency keys', async () => {
    const [id, key] = [randomUUID(), randomUUID()];
    const bob = world.person('Bob');
    for (const tenantId of [randomUUID(), randomUUID()]) {
      const alice = world.person('Alice', { id, tenantId });
      const chat = await alice.chatWith(bob);
      expect((await alice.says(chat, 'hello', { clientMessageId: key })).status).toBe(201);
    }
  });
});
