import { randomUUID } from 'node:crypto';
import { TIME, UUID_V7 } from '../support/patterns';
import { expectProblem } from '../support/problem';
import { times } from '../support/times';
import { World } from '../support/world';

describe('a direct conversation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => world.kaha.behave({ kind: 'ok' }));
  afterAll(() => world.stop());

  it('is made when two people first meet', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const { status, body } = await alice.opens(bob);
    expect(status).toBe(201);

    const participant = ({ id, name }: { id: string; name: string }): object => ({
      userId: id,
      role: 'member',
      profile: { id, name, avatarUrl: null, stale: false, asOf: expect.stringMatching(TIME) },
      joinedAt: body.createdAt,
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
    });
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V7),
      type: 'direct',
      rev: expect.any(Number),
      name: null,
      avatarUrl: null,
      businessId: null,
      createdAt: expect.stringMatching(TIME),
      lastActivityAt: body.createdAt,
      lastSeq: 0,
      participants: expect.arrayContaining([participant(alice), participant(bob)]),
      lastMessage: null,
      unreadCount: 0,
      isMuted: false,
      messageTtlSeconds: null,
      assignment: null,
    });
    expect(body.participants).toHaveLength(2);
  });

  it('is the same one from then on, whichever of the two opens it, at whichever node', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const { id } = await alice.chatWith(bob);
    for (const again of [await alice.opens(bob), await bob.opens(alice), await bob.at(1).opens(alice)]) {
      expect(again).toMatchObject({ status: 200, body: { id } });
    }
    expect((await bob.sees({ id })).body.id).toBe(id);
  });

  it('is one for a pair of UUIDs, in capitals or not', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const { id } = await alice.chatWith(bob);
    expect(await alice.opens({ id: bob.id.toUpperCase() })).toMatchObject({ status: 200, body: { id } });
  });

  it('T24 is made once, however many open it at once at two nodes', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const opened = await times(50, (index) => {
      const [one, other] = index % 4 < 2 ? [alice, bob] : [bob, alice];
      return one.at(index % 2).opens(other);
    });
    expect(opened.map(({ status }) => status).sort()).toEqual([...Array<number>(49).fill(200), 201]);
    const ids = new Set(opened.map(({ body }) => body.id));
    expect((await alice.inbox()).body.items.map(({ id }) => id)).toEqual([...ids]);
    expect((await bob.at(1).inbox()).body.items.map(({ id }) => id)).toEqual([...ids]);
  });

  it('is not held with oneself', async () => {
    const alice = world.person('Alice');
    expectProblem(await alice.opens(alice), 'validation_failed', 'participantIds');
    expectProblem(await alice.opens({ id: alice.id.toUpperCase() }), 'validation_failed', 'participantIds');
  });

  it('is not held with somebody whom upstream does not know', async () => {
    const alice = world.person('Alice');
    expectProblem(await alice.opens({ id: randomUUID() }), 'user_not_found');
    expect((await alice.inbox()).body.items).toEqual([]);
  });

  it('is made with anybody while upstream is away', async () => {
    const alice = world.person('Alice');
    const unknown = randomUUID();
    world.kaha.behave({ kind: 'status', status: 503 });
    const { status, body } = await alice.opens({ id: unknown });
    expect(status).toBe(201);
    expect(body.participants.find(({ userId }) => userId === unknown)?.profile).toEqual({
      id: unknown,
      name: `User ${unknown.slice(-4)}`,
      avatarUrl: null,
      stale: true,
      asOf: null,
    });
  });

  const someone = randomUUID();
  it.each([
    ['nobody named', { type: 'direct' }, 'participantIds'],
    ['an empty list', { type: 'direct', participantIds: [] }, 'participantIds'],
    ['two others', { type: 'direct', participantIds: [someone, randomUUID()] }, 'participantIds'],
    ['no list', { type: 'direct', participantIds: someone }, 'participantIds'],
    ['no UUID', { type: 'direct', participantIds: ['bob'] }, 'participantIds'],
    ['an object for a UUID', { type: 'direct', participantIds: [{ $ne: null }] }, 'participantIds'],
    ['no type', { participantIds: [someone] }, 'type'],
    ['an unknown type', { type: 'secret', participantIds: [someone] }, 'type'],
    ['an unknown field', { type: 'direct', participantIds: [someone], tenantId: someone }, 'tenantId'],
  ])('is refused with %s', async (_what, body, path) => {
    const alice = world.person('Alice');
    expectProblem(await alice.asks('POST', '/v1/conversations', { body }), 'validation_failed', path);
  });
});
