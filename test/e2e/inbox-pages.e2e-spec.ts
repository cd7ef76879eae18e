import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { times } from '../support/times';
import { World } from '../support/world';

describe('T20 the pages of an inbox', () => {
  let world: World;
  let alice: Person;
  let chats: ConversationDto[];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    alice = world.person('Alice');
    chats = await times(7, (index) => alice.chatWith(world.person(`Friend ${index}`)));
    // Their activity is not in the order in which they were made.
    for (const chat of [chats[4], chats[0], chats[2]]) if (chat) await alice.says(chat, 'up again');
  });
  afterAll(() => world.stop());

  it('follow one another at any node, with each conversation once', async () => {
    const whole = (await alice.inbox()).body.items.map(({ id }) => id);
    expect(whole.toSorted()).toEqual(chats.map(({ id }) => id).toSorted());

    const paged: string[] = [];
    for (let page = 0, query = {}; ; page++) {
      const { items, nextCursor } = (await alice.at(page % 2).inbox({ limit: 3, ...query })).body;
      paged.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      expect(items).toHaveLength(3);
      query = { cursor: nextCursor };
    }
    expect(paged).toEqual(whole);
  });

  it('end without a cursor, also when the last one is full', async () => {
    expect((await alice.inbox({ limit: 7 })).body.nextCursor).toBeNull();
    expect((await alice.inbox({ limit: 6 })).body.nextCursor).toEqual(expect.any(String));
  });

  const cursor = async (): Promise<string> => (await alice.inbox({ limit: 2 })).body.nextCursor ?? '';

  it('are not had by a cursor with one bit changed, or a piece of one', async () => {
    const bytes = Buffer.from(await cursor(), 'base64url');
    for (const at of [0, 15, 16, bytes.length - 1]) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expectProblem(await alice.inbox({ cursor: forged.toString('base64url') }), 'invalid_cursor');
    }
    expectProblem(await alice.inbox({ cursor: (await cursor()).slice(0, -2) }), 'invalid_cursor');
    expectProblem(await alice.inbox({ cursor: `${await cursor()}=` }), 'invalid_cursor');
  });

  it('T02 are not had by somebody else’s cursor, nor by one’s own of another tenant', async () => {
    const bob = world.person('Bob');
    const namesake = world.person('Alice', {
      id: alice.id,
      tenantId: '0199a5e0-0000-7000-8000-000000000001',
    });
    expectProblem(await bob.inbox({ cursor: await cursor() }), 'invalid_cursor');
    expectProblem(await namesake.inbox({ cursor: await cursor() }), 'invalid_cursor');
  });

  it.each(['', 'x', '!!', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '../../etc/passwd', "' OR 1=1 --"])(
    'are not had by a cursor made up: %j',
    async (made) => {
      expectProblem(await alice.inbox({ cursor: made }), 'invalid_cursor');
    },
  );

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=abc', 'limit'],
    ['type=secret', 'type'],
    ['type=direct&type=group', 'type'],
    ['page=2', 'page'],
    ['toString=1', 'toString'],
  ])('are not had by %s', async (query, path) => {
    expectProblem(await alice.asks('GET', `/v1/conversations?${query}`), 'validation_failed', path);
  });
});
