import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/faults/fault-proxy';
import { TIME } from '../support/patterns';
import { upTo } from '../support/times';
import { World } from '../support/world';

type Mark = 'mark_as_read' | 'mark_as_delivered';

describe('a mark by socket', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: { readonly id: string };
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    for (const n of upTo(5)) await alice.says(chat, `${n}`);
  });
  afterAll(() => world.stop());

  const marks = (device: Device, mark: Mark, seq: unknown, more: object = {}) =>
    device.asks<Record<string, number>>(mark, { conversationId: chat.id, seq, ...more });

  /** What the device was told so far of receipts, and of a message that came after them. */
  const receipts = (device: Device): [string, number][] =>
    device.frames.flatMap(({ event, frame }): [string, number][] =>
      event === 'messages_read' || event === 'messages_delivered'
        ? [[event, (frame as { seq: number }).seq]]
        : [],
    );

  it('is answered as by REST, and heard by both sides at every node', async () => {
    const [his, ofAlice, ofBob] = [
      await bob.connects(),
      await Promise.all([alice, alice.at(1)].map((person) => person.connects())),
      await bob.at(1).connects(),
    ];
    expect(await marks(his, 'mark_as_delivered', 4)).toEqual({ ok: true, data: { lastDeliveredSeq: 4 } });
    expect(await marks(his, 'mark_as_read', 3)).toEqual({
      ok: true,
      data: { lastReadSeq: 3, unreadCount: 2 },
    });
    expect(await marks(his, 'mark_as_read', 1)).toEqual({
      ok: true,
      data: { lastReadSeq: 3, unreadCount: 2 },
    });
    for (const device of [...ofAlice, his, ofBob]) {
      await eventually(() => expect(device.heard('messages_read')).toHaveLength(1));
      expect(receipts(device)).toEqual([
        ['messages_delivered', 4],
        ['messages_read', 3],
      ]);
      expect(device.heard('messages_read')).toEqual([
        { conversationId: chat.id, userId: bob.id, seq: 3, at: expect.stringMatching(TIME) },
      ]);
    }
  });

  it('of one who keeps reading to themselves is heard by nobody else, but for what has arrived', async () => {
    await bob.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts: false } });
    const [his, alsoHis] = [await bob.connects(), await bob.at(1).connects()];
    const hers = await Promise.all([alice, alice.at(1)].map((person) => person.connects()));
    await marks(his, 'mark_as_read', 2);
    await marks(his, 'mark_as_delivered', 4);
    for (const device of [his, alsoHis])
      await eventually(() =>
        expect(receipts(device)).toEqual([
          ['messages_read', 2],
          ['messages_delivered', 4],
        ]),
      );
    for (const device of hers)
      await eventually(() => expect(receipts(device)).toEqual([['messages_delivered', 4]]));
  });

  it('of one who has blocked the other is not heard by them, and theirs is', async () => {
    await bob.says(chat, 'six');
    await bob.asks('PUT', `/v1/users/me/blocks/${alice.id}`);
    const [his, hers] = [await bob.connects(), await alice.at(1).connects()];
    await alice.says(await alice.chatWith(world.person('Carol')), 'something else');
    await marks(his, 'mark_as_delivered', 6);
    await marks(his, 'mark_as_read', 6);
    await marks(hers, 'mark_as_read', 6);
    await eventually(() =>
      expect(his.heard('messages_read').map(({ userId }) => userId)).toContain(alice.id),
    );
    await eventually(() => expect(hers.heard('messages_read')).toHaveLength(1));
    expect(hers.heard('messages_read')).toMatchObject([{ userId: alice.id }]);
    expect(hers.heard('messages_delivered')).toEqual([]);
  });

  it('costs little with others: of a hundred at once few are written, and each is answered with what was', async () => {
    for (const n of upTo(95)) await alice.says(chat, `${n + 5}`);
    const his = await bob.connects();
    const acks = await Promise.all(upTo(100).map((seq) => marks(his, 'mark_as_read', seq)));
    acks.forEach((ack, index) => {
      const { lastReadSeq = NaN, unreadCount } = ack.ok ? ack.data : {};
      expect(lastReadSeq).toBeGreaterThanOrEqual(index + 1);
      expect(unreadCount).toBe(100 - lastReadSeq);
    });
    const written = await world.database.query(
      `SELECT FROM outbox WHERE conversation_uuid = $1 AND event_type = 'MessageRead'`,
      [chat.id],
    );
    expect(written.length).toBeLessThan(20);
  });

  it.each<[string, Mark, object]>([
    ['no seq', 'mark_as_read', { seq: undefined }],
    ['a message in its place', 'mark_as_read', { seq: undefined, messageId: randomUUID() }],
    ['a message besides', 'mark_as_read', { messageId: randomUUID() }],
    ['half a message', 'mark_as_delivered', { seq: 1.5 }],
    ['less than nothing', 'mark_as_delivered', { seq: -1 }],
    ['a number as text', 'mark_as_read', { seq: '1' }],
    ['no conversation', 'mark_as_read', { conversationId: undefined }],
    ['T03 somebody else', 'mark_as_read', { userId: randomUUID() }],
  ])('is refused with %s', async (_what, mark, more) => {
    const his = await bob.connects();
    expect(await marks(his, mark, 1, more)).toMatchObject({
      ok: false,
      error: { code: 'validation_failed' },
    });
  });

  it('is for members', async () => {
    const carols = await world.person('Carol').connects();
    for (const mark of ['mark_as_read', 'mark_as_delivered'] as const)
      expect(await marks(carols, mark, 1)).toMatchObject({
        ok: false,
        error: { code: 'conversation_not_found' },
      });
  });

  it('F02 is heard of although Postgres’s answer to it was lost', async () => {
    const proxy = await FaultProxy.to(world.database.url);
    const node = await world.startNode({ DATABASE_URL: proxy.url });
    const [hers, his] = [await alice.connects(), await bob.at(node).connects()];
    await marks(his, 'mark_as_read', 1);
    proxy.become('half');
    const marking = marks(his, 'mark_as_read', 4);
    await eventually(async () =>
      expect((await bob.sees(chat)).body.participants).toContainEqual(
        expect.objectContaining({ userId: bob.id, lastReadSeq: 4 }),
      ),
    );
    expect(await marking).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(hers.heard('messages_read').map(({ seq }) => seq)).toEqual([1]);
    proxy.become('none');
    await eventually(() => expect(hers.heard('messages_read').map(({ seq }) => seq)).toContain(4), 8_000);
    await eventually(() =>
      expect(his.heard('unread_changed').at(-1)).toEqual({ conversationId: chat.id, unreadCount: 1 }),
    );
    await world.stopNode(node);
    proxy.close();
  });
});
