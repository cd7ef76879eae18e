import { randomUUID } from 'node:crypto';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('the order of a conversation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterAll(() => world.stop());

  it('T24 has no gap and no doubt when 50 send at once at two nodes, and is the same for both readers', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const sent = await times(50, async (index) => {
      const sender = (index % 4 < 2 ? alice : bob).at(index % 2);
      return (await sender.says(chat, `message ${index}`)).body;
    });
    const bySeq = sent.toSorted((one, other) => one.seq - other.seq);
    expect(bySeq.map(({ seq }) => seq)).toEqual(upTo(50));

    const read = [(await alice.reads(chat)).body.items, (await bob.at(1).reads(chat)).body.items];
    for (const items of read) expect(items.map(({ id }) => id)).toEqual(bySeq.map(({ id }) => id));
    const revs = bySeq.map(({ rev }) => rev);
    expect(revs).toEqual([...new Set(revs)].toSorted((one, other) => one - other));
    expect((await alice.sees(chat)).body).toMatchObject({ lastSeq: 50, rev: revs.at(-1) });
  });

  it('is the order of acknowledgement for messages sent one after the other, at any node', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const seqs: number[] = [];
    for (const [index, sender] of [alice, bob, alice, alice, bob, bob].entries()) {
      seqs.push((await sender.at(index % 2).says(chat, 'next')).body.seq);
    }
    expect(seqs).toEqual(upTo(6));
  });

  it('is each conversation’s own, also when many are written to at once', async () => {
    const alice = world.person('Alice');
    const chats = await times(5, (index) => alice.chatWith(world.person(`Friend ${index}`)));
    await times(50, async (index) => {
      const chat = chats[index % 5];
      if (chat) await alice.at(index % 2).says(chat, 'to many');
    });
    for (const chat of chats) {
      const { items } = (await alice.reads(chat)).body;
      expect(items.map(({ seq }) => seq)).toEqual(upTo(10));
    }
  });

  it('has no gap where messages were refused or replayed', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const key = randomUUID();
    const noise = [
      { content: 'one', clientMessageId: key },
      { content: 'other', clientMessageId: key },
      { content: 'reply to nothing', replyToId: randomUUID() },
    ];
    await alice.sends(chat, noise[0]);
    await times(30, (index) => alice.at(index % 2).sends(chat, noise[index % 3]));
    expect((await alice.says(chat, 'two')).body.seq).toBe(2);
  });
});
