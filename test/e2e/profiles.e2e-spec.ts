import type { KahaBehaviour } from '../support/fake-kaha';
import { times } from '../support/times';
import { World } from '../support/world';

describe('the names and pictures of people', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(() => {
    world.kaha.behave({ kind: 'ok' });
    world.kaha.forgetCalls();
  });
  afterAll(() => world.stop());

  it('are upstream’s', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const picture = 'https://cdn.kaha.test/bob.png';
    world.kaha.knowsUsers({ uuid: bob.id, name: 'Bobby 🎩', avatar_url: picture });
    const { participants } = await alice.chatWith(bob);
    expect(participants.find(({ userId }) => userId === bob.id)?.profile).toMatchObject({
      id: bob.id,
      name: 'Bobby 🎩',
      avatarUrl: picture,
      stale: false,
    });
  });

  it('are asked for once for a whole inbox, with our token and the trace of the request', async () => {
    const alice = world.person('Alice');
    await times(5, (index) => alice.chatWith(world.person(`Friend ${index}`)));
    world.kaha.forgetCalls();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    await alice.asks('GET', '/v1/conversations', { headers });
    expect(world.kaha.calls).toHaveLength(1);
    expect(world.kaha.calls[0]?.headers).toMatchObject({
      authorization: `Bearer ${world.kaha.token}`,
      traceparent: expect.stringContaining(traceId),
    });
  });

  it('are no concern of sending and reading', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    world.kaha.behave({ kind: 'hang' });
    world.kaha.forgetCalls();
    const { body } = await alice.says(chat, 'hello');
    expect((await bob.reads(chat)).body.items).toEqual([body]);
    expect(world.kaha.calls).toEqual([]);
  });

  const ills: [string, KahaBehaviour][] = [
    ['is down', { kind: 'status', status: 503 }],
    ['hangs', { kind: 'hang' }],
    ['is slow', { kind: 'slow', ms: 5_000 }],
    ['dribbles', { kind: 'trickle', everyMs: 100 }],
    ['breaks off', { kind: 'reset' }],
    ['talks nonsense', { kind: 'body', body: '{"users":{}}' }],
    ['sends a page', { kind: 'body', body: '<html>' }],
    ['points elsewhere', { kind: 'redirect', location: 'http://127.0.0.1:1/' }],
  ];
  it.each(ills)('F09 are placeholders, soon, while upstream %s', async (_how, behaviour) => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await alice.says(chat, 'hello');
    world.kaha.behave(behaviour);

    const asked = performance.now();
    const { status, body } = await bob.inbox();
    expect(performance.now() - asked).toBeLessThan(1_500);
    expect(status).toBe(200);
    expect(body.items[0]).toMatchObject({ id: chat.id, unreadCount: 1, lastMessage: { content: 'hello' } });
    const placeholder = (id: string): object => ({
      id,
      name: `User ${id.slice(-4)}`,
      avatarUrl: null,
      stale: true,
      asOf: null,
    });
    expect(body.items[0]?.participants.map(({ profile }) => profile)).toEqual(
      expect.arrayContaining([placeholder(alice.id), placeholder(bob.id)]),
    );
  });
});
