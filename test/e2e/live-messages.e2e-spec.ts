import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { World } from '../support/world';

describe('a new message', () => {
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

  const contents = (device: Device): (string | null)[] => device.messages.map(({ content }) => content);

  it('is heard once by every device of both people, at every node, the sender’s too', async () => {
    const chat = await alice.chatWith(bob);
    const devices = [alice, alice.at(1), bob, bob.at(1)].map((person) => person.connects());
    const everywhere = await Promise.all(devices);
    const byRest = (await alice.says(chat, 'by REST')).body;
    const bySocket = await everywhere[3]?.says(chat, 'by socket');
    const expected = [byRest, bySocket?.ok && bySocket.data];
    for (const device of everywhere) {
      await eventually(() => expect(device.messages).toEqual(expected));
    }
  });

  it('is heard as it is stored, without anything of one viewer', async () => {
    const chat = await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.at(1).connects()];
    const question = (await alice.says(chat, 'who <b>is</b> it?', { metadata: { a: 1 } })).body;
    const answer = (await bob.says(chat, 'me', { replyToId: question.id })).body;
    const frames = [{ message: question }, { message: answer }];
    for (const device of [hers, his]) {
      await eventually(() => expect(device.heard('new_message')).toEqual(frames));
    }
    // By now it has been read, and its sender's own view says so.
    expect((await alice.finds(chat, question.id)).body.status).toBe('read');
    expect((await alice.says(chat, 'later')).body.status).toBe('sent');
    await eventually(() =>
      expect(his.messages.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']),
    );
  });

  it('T07 is heard by nobody else', async () => {
    const carol = world.person('Carol');
    const tenantId = randomUUID();
    const namesake = world.person('Bob', { id: bob.id, tenantId });
    const friend = world.person('Friend', { tenantId });
    const outsiders = await Promise.all(
      [carol, carol.at(1), namesake, namesake.at(1)].map((person) => person.connects()),
    );
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'between us');

    // What is sent to them afterwards, at the same node, can not overtake it.
    await alice.says(await alice.chatWith(carol), 'to Carol');
    await friend.says(await friend.chatWith(namesake), 'to the other Bob');
    for (const device of outsiders) {
      await eventually(() => expect(device.messages).toHaveLength(1));
      expect(contents(device)).not.toContain('between us');
      expect(device.happenings.sort()).toEqual(['conversation_created', 'new_message', 'ready']);
    }
  });

  it('is not heard twice when it is sent twice', async () => {
    const chat = await alice.chatWith(bob);
    const his = await bob.at(1).connects();
    const key = { clientMessageId: randomUUID() };
    await Promise.all([alice.says(chat, 'once', key), alice.at(1).says(chat, 'once', key)]);
    await alice.says(chat, 'after it');
    await eventually(() => expect(contents(his)).toContain('after it'));
    expect(contents(his)).toEqual(['once', 'after it']);
  });

  it('is not heard any more by who has left', async () => {
    const chat = await alice.chatWith(bob);
    const [gone, here] = [await bob.connects(), await bob.connects()];
    gone.leaves();
    await alice.says(chat, 'are you there?');
    await eventually(() => expect(contents(here)).toEqual(['are you there?']));
    expect(gone.messages).toEqual([]);
  });
});

describe('a new conversation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterAll(() => world.stop());

  it('is heard once by both, at every node, before its first message', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const devices = [await alice.connects(), await bob.connects(), await bob.at(1).connects()];
    const chat = await alice.chatWith(bob);
    await bob.opens(alice);
    await alice.says(chat, 'first');

    const { unreadCount: _unread, isMuted: _muted, ...conversation } = chat;
    for (const device of devices) {
      await eventually(() =>
        expect(device.happenings).toEqual(['ready', 'conversation_created', 'new_message']),
      );
      expect(device.heard('conversation_created')).toEqual([{ conversation }]);
    }
  });
});
