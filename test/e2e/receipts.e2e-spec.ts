import { World } from '../support/world';

describe('how far a message has got', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('is known to its sender once the other has answered, since who answers has read', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const question = (await alice.says(chat, 'are you there?')).body;
    const aliceSees = async () => (await alice.finds(chat, question.id)).body.status;
    expect(await aliceSees()).toBe('sent');
    expect((await alice.inbox()).body.items[0]?.lastMessage?.status).toBe('sent');

    await bob.says(chat, 'I am');
    expect(await aliceSees()).toBe('read');
    expect((await alice.reads(chat)).body.items.map(({ status }) => status)).toEqual(['read', 'sent']);
    await alice.says(chat, 'good');
    expect((await bob.inbox()).body.items[0]).toMatchObject({ unreadCount: 1 });
    expect((await bob.reads(chat)).body.items.map(({ status }) => status)).toEqual(['sent', 'read', 'sent']);
  });

  it('is a mark for each participant, which sending moves', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'one');
    await alice.says(chat, 'two');
    const marks = async () => {
      const { participants } = (await alice.sees(chat)).body;
      const of = (id: string) => participants.find(({ userId }) => userId === id);
      return [of(alice.id), of(bob.id)].map((who) => [who?.lastReadSeq, who?.lastDeliveredSeq]);
    };
    expect(await marks()).toEqual([
      [2, 2],
      [0, 0],
    ]);
    await bob.says(chat, 'three');
    expect(await marks()).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });
});
