import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../src/common/actor';
import type { MessageDto } from '../../../src/message-view';
import { EditingService, HistoryService } from '../../../src/messages';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { type Membership, MessageRows } from '../../support/messages/message-rows';
import { MessagesNode } from '../../support/messages/messages-node';
import { untilAvailable } from '../../support/messages/until-available';
import { times } from '../../support/times';

const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];

describe('deleting a message', () => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let node: MessagesNode;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    rows = MessageRows.of(testDatabase.url);
    node = await MessagesNode.start(testDatabase.url, { RETENTION_DAYS: '3' });
  });
  beforeEach(() => {
    node.told.length = 0;
  });
  afterAll(async () => {
    await Promise.all([node.stop(), rows.close()]);
    await testDatabase.drop();
  });

  const as = (userId: string): Actor => ({ tenantId: rows.tenantId, userId });
  const aGroup = (more: Readonly<Record<string, Membership>> = {}): Promise<string> =>
    rows.aGroup({ [ALICE]: {}, [BOB]: {}, ...more });
  const remove = (conversationId: string, messageId: string, actor = as(ALICE)): Promise<MessageDto> =>
    node.get(EditingService).delete(actor, { conversationId, messageId });

  it('leaves what it said in its row, and changes its revision', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE, { metadata: { a: 1 } });
    await rows.sent(group, BOB);
    const before = await rows.message(messageId);
    await remove(group, messageId);
    expect(await rows.message(messageId)).toEqual({
      ...before,
      deleted_at: expect.any(Date),
      rev: '4',
      created_rev: '2',
      stamp: expect.any(String),
    });
    expect((await rows.message(messageId)).stamp).not.toBe(before.stamp);
  });

  it('leaves the conversation where it was, but for its revision', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    const before = await rows.conversation(group);
    await remove(group, messageId);
    const changed = { rev: '3', stamp: expect.any(String), changed_at: expect.any(Date) };
    expect(await rows.conversation(group)).toEqual({ ...before, ...changed });
  });

  it('leaves nothing for anybody to read: a tombstone', async () => {
    const group = await aGroup();
    const original = await rows.sent(group, BOB, { content: 'the original' });
    const { messageId } = await rows.sent(group, ALICE, {
      metadata: { a: 1 },
      payload: { b: 1 },
      replyToId: original.messageId,
    });
    const reply = await rows.sent(group, BOB, { replyToId: messageId });
    const tombstone = await remove(group, messageId);
    expect(tombstone).toMatchObject({
      id: messageId,
      seq: 2,
      rev: 5,
      senderId: ALICE,
      content: null,
      contentHtml: null,
      payload: null,
      metadata: null,
      replyTo: null,
      editedAt: null,
      deletedAt: expect.any(String),
    });
    const history = node.get(HistoryService);
    expect(await history.find(as(ALICE), group, messageId)).toEqual(tombstone);
    const { items } = await history.page(as(BOB), group, { limit: 9 });
    expect(items[1]).toEqual({ ...tombstone, status: 'sent' });
    expect(items[2]).toMatchObject({ id: reply.messageId, replyTo: { id: messageId, excerpt: null } });
  });

  it('is told to those who may read it', async () => {
    const group = await aGroup({ [CAROL]: { windows: '{[2,)}' } });
    const { messageId } = await rows.sent(group, ALICE);
    const message = await remove(group, messageId);
    const [told, ...more] = node.told;
    expect(more).toEqual([]);
    expect(told?.event).toMatchObject({
      eventType: 'MessageDeleted',
      key: group,
      rev: 3,
      payload: { message },
    });
    expect(new Set(told?.audience)).toEqual(new Set([ALICE, BOB]));
    expect((await rows.events(group)).at(-1)).toMatchObject({
      event_uuid: told?.event.eventId,
      event_type: 'MessageDeleted',
      rev: '3',
      payload: { messageId: message.id },
      audience: told?.audience,
    });
  });

  it('again changes nothing, and is told to nobody', async () => {
    const group = await aGroup({ [CAROL]: { role: 'admin' } });
    const { messageId } = await rows.sent(group, ALICE);
    const first = await remove(group, messageId);
    const state = async () => [await rows.message(messageId), await rows.conversation(group)];
    const before = await state();
    expect(await remove(group, messageId)).toEqual(first);
    expect(await remove(group, messageId, as(CAROL))).toEqual(first);
    expect(await state()).toEqual(before);
    expect(node.told).toHaveLength(1);
  });

  it('that has expired by now empties it, as its expiry would have done', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE, { expiresInSeconds: 5, metadata: { a: 1 } });
    await rows.age('5 seconds', messageId);
    const message = await remove(group, messageId);
    expect(message.deletedAt).toBe(message.expiresAt);
    const row = await rows.message(messageId);
    expect(row).toMatchObject({ content: null, metadata: null, rev: '3', created_rev: '2' });
    expect(row.deleted_at).toEqual(row.expires_at);
    expect(node.told.map(({ event: { eventType, rev, payload } }) => [eventType, rev, payload])).toEqual([
      ['MessageExpired', 3, { message }],
    ]);
    await node.expires();
    expect(node.told).toHaveLength(1);
    expect(await rows.conversation(group)).toMatchObject({ rev: '3' });
  });

  it('is for an admin of the group, too, and for nobody else', async () => {
    const group = await aGroup({ [BOB]: { role: 'admin' }, [CAROL]: {} });
    const { messageId } = await rows.sent(group, ALICE);
    const notice = (await rows.sent(group, null, { type: 'system' })).messageId;
    for (const id of [messageId, notice])
      await expect(remove(group, id, as(CAROL))).rejects.toMatchObject({ code: 'not_sender' });
    await expect(remove(group, notice)).rejects.toMatchObject({ code: 'not_sender' });
    expect(node.told).toEqual([]);
    for (const id of [messageId, notice])
      await expect(remove(group, id, as(BOB))).resolves.toMatchObject({ content: null });
  });

  it('is for its sender alone where two people talk, whatever their role is called', async () => {
    const direct = await rows.aDirect(CAROL, BOB);
    await rows.select(`UPDATE participants SET role = 'admin' WHERE conversation_uuid = $1`, direct);
    const { messageId } = await rows.sent(direct, CAROL);
    await expect(remove(direct, messageId, as(BOB))).rejects.toMatchObject({ code: 'not_sender' });
  });

  it('is allowed where one side has blocked the other', async () => {
    const direct = await rows.aDirect(ALICE, BOB);
    const { messageId } = await rows.sent(direct, ALICE);
    await rows.select(
      'INSERT INTO blocks (tenant_uuid, blocker_uuid, blocked_uuid) VALUES ($1, $2, $3)',
      ...[rows.tenantId, BOB, ALICE],
    );
    await expect(remove(direct, messageId)).resolves.toMatchObject({ content: null });
  });

  it.each<[string, string, () => Promise<[conversation: string, message: string, actor?: Actor]>]>([
    ['there is none', 'message_not_found', async () => [await aGroup(), randomUUID()]],
    [
      'T02 it is of another conversation',
      'message_not_found',
      async () => [await aGroup(), (await rows.sent(await aGroup(), ALICE)).messageId],
    ],
    [
      'it was written before the admin came',
      'message_not_found',
      async () => {
        const group = await aGroup({ [CAROL]: { role: 'admin', windows: '{[2,)}' } });
        return [group, (await rows.sent(group, ALICE)).messageId, as(CAROL)];
      },
    ],
    [
      'it is older than messages are kept',
      'message_not_found',
      async () => {
        const group = await aGroup();
        const { messageId } = await rows.sent(group, ALICE);
        await rows.age('3 days', messageId);
        return [group, messageId];
      },
    ],
    [
      'T01 its sender has left',
      'conversation_not_found',
      async () => {
        const group = await aGroup();
        const { messageId } = await rows.sent(group, ALICE);
        await rows.select(
          `UPDATE participants SET windows = '{[1,2)}' WHERE conversation_uuid = $1 AND user_uuid = $2`,
          ...[group, ALICE],
        );
        return [group, messageId];
      },
    ],
    [
      'T01 it is of another tenant',
      'conversation_not_found',
      async () => {
        const group = await aGroup();
        const actor = { userId: ALICE, tenantId: randomUUID() };
        return [group, (await rows.sent(group, ALICE)).messageId, actor];
      },
    ],
  ])('is refused where %s', async (_where, code, make) => {
    const [conversationId, messageId, actor = as(ALICE)] = await make();
    await expect(remove(conversationId, messageId, actor)).rejects.toMatchObject({ code });
    expect(node.told).toEqual([]);
  });

  it('50 times at once is done once', async () => {
    const group = await aGroup({ [CAROL]: { role: 'admin' } });
    const { messageId } = await rows.sent(group, ALICE);
    const removed = await times(50, (n) =>
      untilAvailable(() => remove(group, messageId, as(n % 2 ? ALICE : CAROL))),
    );
    expect(new Set(removed.map(({ rev, deletedAt }) => `${rev} ${deletedAt}`)).size).toBe(1);
    expect(node.told).toHaveLength(1);
    expect(await rows.conversation(group)).toMatchObject({ rev: '3' });
  });
});
