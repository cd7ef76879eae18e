import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { TIME, UUID_V7 } from '../support/patterns';
import { expectProblem } from '../support/problem';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('a group', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => world.kaha.behave({ kind: 'ok' }));
  afterAll(() => world.stop());

  const people = (count: number) => upTo(count).map((n) => world.person(`Person ${n}`));

  it('is founded by its first admin, with everybody there from the first message on', async () => {
    const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    const avatarUrl = 'https://cdn.example/group.png';
    const { status, body } = await alice.founds([bob, carol], { name: '  The 🎲 band ', avatarUrl });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(UUID_V7),
      type: 'group',
      rev: 1,
      name: '  The 🎲 band ',
      avatarUrl,
      businessId: null,
      createdAt: expect.stringMatching(TIME),
      lastSeq: 0,
      lastMessage: null,
      unreadCount: 0,
      isMuted: false,
      messageTtlSeconds: null,
      assignment: null,
    });
    const roles = Object.fromEntries(body.participants.map(({ userId, role }) => [userId, role]));
    expect(roles).toEqual({ [alice.id]: 'admin', [bob.id]: 'member', [carol.id]: 'member' });

    await carol.at(1).says(body, 'hello, both');
    expect((await bob.reads(body)).body.items).toMatchObject([{ content: 'hello, both', seq: 1 }]);
    expect((await bob.inbox()).body.items).toMatchObject([{ id: body.id, unreadCount: 1 }]);
  });

  it('is heard of by everybody in it, at every node', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const device = await bob.at(1).connects();
    const { id } = await alice.groupWith(bob);
    await eventually(() => expect(device.heard('conversation_created')).toHaveLength(1));
    expect(device.heard('conversation_created')[0]?.conversation).toMatchObject({
      id,
      type: 'group',
      rev: 1,
    });
    device.leaves();
  });

  it('may have no name and no picture', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    expect((await alice.founds([bob])).body).toMatchObject({ name: null, avatarUrl: null });
  });

  it('is another one each time, whoever is in it', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    expect((await alice.groupWith(bob)).id).not.toBe((await alice.groupWith(bob)).id);
  });

  it('has up to eight people, its founder among them, however often each is named', async () => {
    const alice = world.person('Alice');
    const seven = people(7);
    const named = [...seven, ...seven, alice, { id: alice.id.toUpperCase() }];
    expect((await alice.founds(named)).body.participants).toHaveLength(8);
    expectProblem(
      await alice.founds([...seven, world.person('One more')]),
      'validation_failed',
      'participantIds',
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['nobody', { participantIds: [] }, 'participantIds'],
    [
      'more names than anybody has friends',
      { participantIds: upTo(101).map(() => randomUUID()) },
      'participantIds',
    ],
    ['somebody who is no UUID', { participantIds: ['bob'] }, 'participantIds'],
    ['a name of nothing', { name: '' }, 'name'],
    ['a name of blanks', { name: ' \n' }, 'name'],
    ['a name of 101 characters', { name: '🎲'.repeat(101) }, 'name'],
    ['a name with NUL', { name: 'a\0b' }, 'name'],
    ['a name that is none', { name: null }, 'name'],
    ['a picture by http', { avatarUrl: 'http://cdn.example/a.png' }, 'avatarUrl'],
    ['a picture by script', { avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    ['a role', { role: 'admin' }, 'role'],
    ['a business', { businessId: randomUUID() }, 'businessId'],
  ])('is refused with %s', async (_what, fields, path) => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    expectProblem(await alice.founds([bob], fields), 'validation_failed', path);
    expect((await alice.inbox()).body.items).toEqual([]);
  });

  it('takes more than its founder', async () => {
    const alice = world.person('Alice');
    expectProblem(await alice.founds([alice]), 'validation_failed', 'participantIds');
  });

  it('is refused with somebody upstream does not know, and made while upstream is away', async () => {
    const [alice, bob, nobody] = [world.person('Alice'), world.person('Bob'), { id: randomUUID() }];
    expectProblem(await alice.founds([bob, nobody]), 'user_not_found');
    world.kaha.behave({ kind: 'status', status: 500 });
    expect((await alice.founds([bob, nobody])).status).toBe(201);
  });

  describe('with an idempotency key', () => {
    const under = (key: string) => ({ 'idempotency-key': key });

    it('is one, 20 times at once at two nodes', async () => {
      const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
      const key = randomUUID();
      const others = (n: number) => (n % 3 === 0 ? [bob, carol] : [carol, bob, bob]);
      const answers = await times(20, (n) => alice.at(n % 2).founds(others(n), { name: 'x' }, under(key)));
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      const made = answers.filter(({ status }) => status === 201);
      expect(made).toHaveLength(1);
      for (const answer of answers.filter((one) => one !== made[0]))
        expect(answer).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
      expect((await alice.inbox()).body.items).toHaveLength(1);
    });

    it('is refused where the key made another group', async () => {
      const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
      const key = randomUUID();
      await alice.founds([bob], { name: 'one' }, under(key));
      expectProblem(await alice.founds([bob], { name: 'other' }, under(key)), 'idempotency_key_reused');
      expectProblem(await alice.founds([bob, carol], { name: 'one' }, under(key)), 'idempotency_key_reused');
    });

    it('T29 is its founder’s own: another’s key is another key', async () => {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      const key = randomUUID();
      const [one, other] = [
        await alice.founds([bob], {}, under(key)),
        await bob.founds([alice], {}, under(key)),
      ];
      expect([one.status, other.status]).toEqual([201, 201]);
      expect(one.body.id).not.toBe(other.body.id);
    });

    it('is not there any more for a founder who left it', async () => {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      const key = randomUUID();
      const { body } = await alice.founds([bob], {}, under(key));
      await alice.removes(body, alice);
      expectProblem(await alice.founds([bob], {}, under(key)), 'conversation_not_found');
    });

    it('takes a UUID for a key, in capitals or not', async () => {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      expectProblem(await alice.founds([bob], {}, under('1')), 'validation_failed', 'Idempotency-Key');
      const key = randomUUID();
      const { body } = await alice.founds([bob], {}, under(key));
      expect(await alice.founds([bob], {}, under(key.toUpperCase()))).toMatchObject({
        status: 200,
        body: { id: body.id },
      });
    });
  });

  it('is what a name and a picture are for: a direct conversation has neither', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    for (const [field, value] of [
      ['name', 'us'],
      ['avatarUrl', 'https://cdn.example/us.png'],
    ] as const) {
      const body = { type: 'direct', participantIds: [bob.id], [field]: value };
      expectProblem(await alice.asks('POST', '/v1/conversations', { body }), 'validation_failed', field);
    }
  });
});
