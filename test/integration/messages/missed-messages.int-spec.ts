import { randomUUID } from 'node:crypto';
import type { MessageDto } from '../../../src/message-view';
import { EditingService, HistoryService } from '../../../src/messages';
import type { Announcement } from '../../../src/outbox';
import { ConversationSequencer } from '../../../src/realtime/fanout/conversation-sequencer';
import { deliveryOf } from '../../../src/realtime/fanout/delivery';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { type Membership, MessageRows } from '../../support/messages/message-rows';
import { MessagesNode } from '../../support/messages/messages-node';
import { aDelivery } from '../../support/realtime/deliveries';

const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];

describe('a process that missed what became of messages', () => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let node: MessagesNode;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    rows = MessageRows.of(testDatabase.url);
    node = await MessagesNode.start(testDatabase.url);
  });
  afterAll(async () => {
    await Promise.all([node.stop(), rows.close()]);
    await testDatabase.drop();
  });

  const aGroup = (more: Readonly<Record<string, Membership>> = {}): Promise<string> =>
    rows.aGroup({ [ALICE]: {}, ...more });
  const alice = () => ({ tenantId: rows.tenantId, userId: ALICE });
  const edit = (conversationId: string, messageId: string, content = 'edited'): Promise<MessageDto> =>
    node.get(EditingService).edit(alice(), { conversationId, messageId }, content);
  const remove = (conversationId: string, messageId: string): Promise<MessageDto> =>
    node.get(EditingService).delete(alice(), { conversationId, messageId });

  /** Between these revisions, both excluded: the revision, the event, and what the message says and which it is by then. */
  async function missed(conversationId: string, after: number, before: number): Promise<unknown[][]> {
    const announcements = await node
      .get(HistoryService)
      .announcementsBetween(rows.tenantId, conversationId, after, before);
    return announcements.map(({ event: { rev, eventType, payload } }) => {
      const { message } = payload as { message: MessageDto };
      return [rev, eventType, message.seq, message.content, message.rev];
    });
  }

  it('is told of those that were made, each with those who may read it', async () => {
    const group = await aGroup({ [BOB]: { windows: '{[4,)}' }, [CAROL]: { windows: '{[1,9)}' } });
    await rows.sentMany(group, ALICE, 6);
    const announcements = await node.get(HistoryService).announcementsBetween(rows.tenantId, group, 2, 7);
    const told = announcements.map(({ event, audience }) => [event.rev, new Set(audience)]);
    expect(told).toEqual([
      [3, new Set([ALICE])],
      [4, new Set([ALICE])],
      [5, new Set([ALICE, BOB])],
      [6, new Set([ALICE, BOB])],
    ]);
    const [first] = announcements;
    expect(first?.event).toMatchObject({ eventType: 'MessageCreated', tenantId: rows.tenantId, key: group });
    expect(first?.event.payload).toMatchObject({ message: { seq: 2, status: 'sent' } });
  });

  it('is told of an edit, a deletion and an expiry of what was there before', async () => {
    const group = await aGroup();
    const [edited = '', deleted = ''] = await rows.sentMany(group, ALICE, 2);
    const [expired = ''] = await rows.sentMany(group, ALICE, 1, { expiresInSeconds: 60 });
    await edit(group, edited);
    await remove(group, deleted);
    await rows.age('60 seconds', expired);
    await node.expires();
    expect(await missed(group, 4, 8)).toEqual([
      [5, 'MessageUpdated', 1, 'edited', 5],
      [6, 'MessageDeleted', 2, null, 6],
      [7, 'MessageExpired', 3, null, 7],
    ]);
    expect(await missed(group, 5, 7)).toEqual([[6, 'MessageDeleted', 2, null, 6]]);
  });

  it('is told once of one that changed more than once, as it is by now', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    await edit(group, messageId, 'first');
    await edit(group, messageId, 'second');
    expect(await missed(group, 2, 9)).toEqual([[4, 'MessageUpdated', 1, 'second', 4]]);
    await remove(group, messageId);
    expect(await missed(group, 2, 9)).toEqual([[5, 'MessageDeleted', 1, null, 5]]);
  });

  it('is told of one that was made and changed meanwhile in its place among the others', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    await rows.sent(group, ALICE);
    await edit(group, messageId);
    expect(await missed(group, 1, 9)).toEqual([
      [2, 'MessageCreated', 1, 'edited', 4],
      [3, 'MessageCreated', 2, 'hello', 3],
    ]);
    await remove(group, messageId);
    expect(await missed(group, 1, 9)).toEqual([
      [2, 'MessageCreated', 1, null, 5],
      [3, 'MessageCreated', 2, 'hello', 3],
    ]);
  });

  it('F13 is told of one whose change overtook it', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    const { rev } = await edit(group, messageId);
    expect(await missed(group, 1, rev)).toEqual([[2, 'MessageCreated', 1, 'edited', 3]]);
  });

  it('F13 lets sockets hear first of a message whose change overtook it', async () => {
    const group = await aGroup();
    const heard: unknown[] = [];
    const sequencer = new ConversationSequencer(node.get(HistoryService), {
      deliver: ({ rev, packet }) => heard.push([rev, packet?.event]),
      deliverLate: () => heard.push('late'),
      include: () => true,
      missed: () => heard.push('sync'),
    });
    node.told.length = 0;
    const { messageId: first } = await rows.sent(group, ALICE);
    const { messageId: second } = await rows.sent(group, ALICE);
    await edit(group, first);
    await edit(group, second);
    await remove(group, first);
    // Nothing arrives of all this but the last.
    sequencer.accept(aDelivery(1, { conversationId: group, tenantId: rows.tenantId, packet: null }));
    sequencer.accept(deliveryOf(node.told.at(-1) as Announcement));
    await eventually(() => expect(heard).toHaveLength(4));
    expect(heard).toEqual([
      [1, undefined],
      [2, 'new_message'],
      [3, 'new_message'],
      [6, 'message_deleted'],
    ]);
  });

  it('is shown what a reply is to where all who are told may read that', async () => {
    const group = await aGroup({ [BOB]: {}, [CAROL]: { windows: '{[2,)}' } });
    const { messageId } = await rows.sent(group, ALICE, { content: 'the original' });
    const excerpt = async (): Promise<unknown> => {
      const [told] = await node.get(HistoryService).announcementsBetween(rows.tenantId, group, 2, 9);
      return (told?.event.payload as { message: MessageDto }).message.replyTo?.excerpt;
    };
    await rows.sent(group, ALICE, { replyToId: messageId });
    expect(await excerpt()).toBeNull();
    await rows.select(`UPDATE participants SET windows = '{[2,3)}' WHERE user_uuid = $1`, CAROL);
    expect(await excerpt()).toBe('the original');
  });

  it('is told nothing of another tenant', async () => {
    const group = await aGroup();
    await rows.sent(group, ALICE);
    expect(await node.get(HistoryService).announcementsBetween(randomUUID(), group, 0, 9)).toEqual([]);
  });
});
