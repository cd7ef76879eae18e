import { World } from '../support/world';

describe('an inbox', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('is empty before anybody was met', async () => {
    const { status, body } = await world.person('Alice').inbox();
    expect({ status, body }).toEqual({ status: 200, body: { items: [], nextCursor: null } });
  });

  it('has the conversation in which something happened last on top', async () => {
    const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    const withBob = await alice.chatWith(bob);
    const withCarol = await alice.chatWith(carol);
    const order = async (): Promise<string[]> => (await alice.inbox()).body.items.map(({ id }) => id);
    expect(await order()).toEqual([withCarol.id, withBob.id]);
    await bob.says(withBob, 'to the top');
    expect(await order()).toEqual([withBob.id, withCarol.id]);
    await alice.says(withCarol, 'and down again');
    expect(await order()).toEqual([withCarol.id, withBob.id]);
  });

  it('shows each conversation as it is shown alone: people, last message, what is unread', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'one');
    await alice.says(chat, 'two');
    const last = (await alice.says(chat, 'three')).body;

    const [item] = (await bob.inbox()).body.items;
    expect(item).toMatchObject({ id: chat.id, lastSeq: 3, lastActivityAt: last.sentAt, unreadCount: 3 });
    expect(item?.lastMessage).toEqual(last);
    expect(item?.participants.map(({ profile }) => profile.name).sort()).toEqual(['Alice', 'Bob']);
    expect((await alice.inbox()).body.items[0]?.unreadCount).toBe(0);

    const alone = (await bob.sees(chat)).body;
    const timeless = { asOf: expect.any(String) };
    expect(alone).toEqual({
      ...item,
      participants: item?.participants.map((participant) => ({
        ...participant,
        profile: { ...participant.profile, ...timeless },
      })),
    });
  });

  it('can be asked for one type of conversation', async () => {
    const alice = world.person('Alice');
    const { id } = await alice.chatWith(world.person('Bob'));
    expect((await alice.inbox({ type: 'direct' })).body.items.map((item) => item.id)).toEqual([id]);
    expect((await alice.inbox({ type: 'group' })).body.items).toEqual([]);
    expect((await alice.inbox({ type: 'business' })).body.items).toEqual([]);
  });
});
