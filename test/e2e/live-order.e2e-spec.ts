import { eventually } from '../support/eventually';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

const SENDS = 100;

describe('the order in which messages are heard', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterAll(() => world.stop());

  it('is that of their seq, at every node, also when all send at once by both doors', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const people = [alice, bob, alice.at(1), bob.at(1)];
    const devices = await Promise.all(people.map((person) => person.connects()));

    await times(SENDS, async (index) => {
      const door = Math.floor(index / 4) % 2 === 0 ? people[index % 4] : devices[index % 4];
      await door?.says(chat, `message ${index}`);
    });
    const { items } = (await alice.reads(chat, { limit: 100 })).body;
    expect(items.map(({ seq }) => seq)).toEqual(upTo(SENDS));
    const stored = items.map(({ seq, content }) => [seq, content]);
    for (const { messages } of devices) {
      await eventually(() => expect(messages.map(({ seq, content }) => [seq, content])).toEqual(stored));
    }
  });

  it('is never that of the past: a device that comes late hears from then on', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await times(20, (index) => alice.at(index % 2).says(chat, 'before'));
    const late = await bob.at(1).connects();
    await times(20, (index) => alice.at(index % 2).says(chat, 'after'));
    const heard = (): number[] =>
      late.messages.filter(({ content }) => content === 'after').map(({ seq }) => seq);
    await eventually(() => expect(heard()).toEqual(upTo(40).slice(20)));
  });
});
