import type { UserDto } from '../../src/users/user.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

describe('privacy', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterAll(() => world.stop());

  const changes = (person: Person, body: unknown) =>
    person.asks<UserDto>('PATCH', '/v1/users/me/privacy', { body });
  const me = async (person: Person): Promise<UserDto> =>
    (await person.asks<UserDto>('GET', '/v1/users/me')).body;

  it('is changed in part, and answered with the whole of who one is', async () => {
    const alice = world.person('Alice');
    const before = await me(alice);
    const hidden = await changes(alice, { readReceipts: false });
    expect(hidden.status).toBe(200);
    expect(hidden.body).toEqual({ ...before, privacy: { readReceipts: false, lastSeen: 'everyone' } });
    const { body } = await changes(alice.at(1), { lastSeen: 'nobody' });
    expect(body.privacy).toEqual({ readReceipts: false, lastSeen: 'nobody' });
    expect((await changes(alice, body.privacy)).body).toEqual(body);
    expect(await me(alice)).toEqual(body);
  });

  it.each([
    ['nothing', undefined, ''],
    ['no field', {}, ''],
    ['text', { readReceipts: 'false' }, 'readReceipts'],
    ['a number', { readReceipts: 0 }, 'readReceipts'],
    ['null', { readReceipts: null }, 'readReceipts'],
    ['an audience that is none', { lastSeen: 'friends' }, 'lastSeen'],
    ['a list', { lastSeen: ['nobody'] }, 'lastSeen'],
    ['one of them wrong', { readReceipts: false, lastSeen: 1 }, 'lastSeen'],
    ['a field too many', { readReceipts: false, isAdmin: true }, 'isAdmin'],
  ])('is not changed by %s', async (_what, body, path) => {
    const alice = world.person('Alice');
    expectProblem(await changes(alice, body), 'validation_failed', path);
    expect((await me(alice)).privacy).toEqual({ readReceipts: true, lastSeen: 'everyone' });
  });

  it('hides how far one has read from all others, wherever they look, and not from oneself', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const clientMessageId = '0190a0b1-0000-7000-8000-00000000a11c';
    const question = (await alice.says(chat, 'are you there?', { clientMessageId })).body;
    await bob.says(chat, 'I am');

    const statuses = async () => [
      (await alice.finds(chat, question.id)).body.status,
      (await alice.reads(chat)).body.items[0]?.status,
      (await alice.reads(chat, { after: 0 })).body.items[0]?.status,
      (await alice.says(chat, 'are you there?', { clientMessageId })).body.status,
    ];
    const marks = async (viewer: Person) => {
      const [inbox] = (await viewer.inbox()).body.items;
      return [
        (await viewer.sees(chat)).body,
        await viewer.chatWith(viewer === alice ? bob : alice),
        inbox,
      ].map((seen) => {
        const his = seen?.participants.find(({ userId }) => userId === bob.id);
        return [his?.lastReadSeq, his?.lastDeliveredSeq];
      });
    };
    expect(await statuses()).toEqual(Array(4).fill('read'));
    expect(await marks(alice)).toEqual(Array(3).fill([2, 2]));

    await changes(bob.at(1), { readReceipts: false });
    expect(await statuses()).toEqual(Array(4).fill('delivered'));
    expect(await marks(alice)).toEqual(Array(3).fill([null, 2]));
    expect(await marks(bob)).toEqual(Array(3).fill([2, 2]));

    const last = (await alice.says(chat, 'good')).body;
    await bob.says(chat, 'bye');
    expect((await alice.finds(chat, last.id)).body.status).toBe('delivered');
    await alice.says(chat, 'see you');
    expect((await alice.inbox()).body.items[0]?.lastMessage?.status).toBe('sent');

    await changes(bob, { readReceipts: true });
    expect((await alice.finds(chat, last.id)).body.status).toBe('read');
    expect(await marks(alice)).toEqual(Array(3).fill([4, 4]));
  });

  it('hides it from the sender in the inbox, too', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await changes(bob, { readReceipts: false });
    const { seq } = (await alice.says(chat, 'the last word')).body;
    await bob.asks('POST', `/v1/conversations/${chat.id}/read`, { body: { seq } });
    const status = async () => (await alice.inbox()).body.items[0]?.lastMessage?.status;
    expect(await status()).toBe('delivered');
    await changes(bob, { readReceipts: true });
    expect(await status()).toBe('read');
  });
});
