import { randomBytes, randomUUID } from 'node:crypto';
import type { Actor } from '../../../src/common/actor';
import { runInContext } from '../../../src/common/request-context';
import type { MessageDto } from '../../../src/message-view';
import { EditingService, HistoryService } from '../../../src/messages';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { type Membership, MessageRows } from '../../support/messages/message-rows';
import { MessagesNode, Moderation } from '../../support/messages/messages-node';
import { untilAvailable } from '../../support/messages/until-available';
import { times } from '../../support/times';

const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];
const WINDOW_SECONDS = 60;

describe('editing a message', () => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let node: MessagesNode;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    rows = MessageRows.of(testDatabase.url);
    node = await MessagesNode.start(testDatabase.url, {
      MESSAGE_EDIT_WINDOW_SECONDS: `${WINDOW_SECONDS}`,
      RETENTION_DAYS: '3',
    });
  });
  beforeEach(() => {
    node.told.length = 0;
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await Promise.all([node.stop(), rows.close()]);
    await testDatabase.drop();
  });

  const as = (userId: string): Actor => ({ tenantId: rows.tenantId, userId });
  const aGroup = (more: Readonly<Record<string, Membership>> = {}): Promise<string> =>
    rows.aGroup({ [ALICE]: {}, [BOB]: {}, ...more });
  const edit = (
    conversationId: string,
    messageId: string,
    content = 'better',
    actor = as(ALICE),
  ): Promise<MessageDto> => node.get(EditingService).edit(actor, { conversationId, messageId }, content);

  /** Also that nothing has changed, and nobody was told. */
  async function expectRefusal(
    code: string,
    conversationId: string,
    messageId: string,
    actor = as(ALICE),
  ): Promise<void> {
    const before = [await rows.message(messageId), await rows.conversation(conversationId)];
    await expect(edit(conversationId, messageId, 'better', actor)).rejects.toMatchObject({ code });
    expect([await rows.message(messageId), await rows.conversation(conversationId)]).toEqual(before);
    expect(node.told).toEqual([]);
  }

  it('changes what it says, when it was edited and its revision, and nothing else', async () => {
    const group = await aGroup();
    const key = { clientMessageId: randomUUID(), bodyHash: randomBytes(16) };
    const { messageId } = await rows.sent(group, ALICE, { metadata: { a: 1 }, expiresInSeconds: 60, ...key });
    await rows.sent(group, BOB);
    const before = await rows.message(messageId);
    await edit(group, messageId);
    expect(await rows.message(messageId)).toEqual({
      ...before,
      content: 'better',
      edited_at: expect.any(Date),
      rev: '4',
      created_rev: '2',
      stamp: expect.any(String),
    });
    expect((await rows.message(messageId)).stamp).not.toBe(before.stamp);
    await edit(group, messageId, 'best');
    expect(await rows.message(messageId)).toMatchObject({ content: 'best', rev: '5', created_rev: '2' });
  });

  it('leaves the conversation where it was, but for its revision', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    const before = await rows.conversation(group);
    const { rev, editedAt } = await edit(group, messageId);
    const { changed_at: changedAt, ...after } = await rows.conversation(group);
    const { changed_at: changedBefore, ...unchanged } = before;
    expect(after).toEqual({ ...unchanged, rev: '3', stamp: expect.any(String) });
    expect(rev).toBe(3);
    expect(Number(changedAt)).toBeGreaterThanOrEqual(Number(changedBefore));
    expect(Math.abs(Number(changedAt) - Date.parse(editedAt ?? ''))).toBeLessThan(1_000);
  });

  it('answers as a look at it does', async () => {
    const group = await aGroup();
    const original = await rows.sent(group, BOB, { content: 'the original' });
    const { messageId } = await rows.sent(group, ALICE, { replyToId: original.messageId });
    await rows.sent(group, BOB);
    const edited = await edit(group, messageId, 'see <http://a.example>');
    expect(edited).toEqual(await node.get(HistoryService).find(as(ALICE), group, messageId));
    expect(edited).toMatchObject({
      content: 'see <http://a.example>',
      contentHtml: 'see &lt;<a href="http://a.example" rel="noopener nofollow">http://a.example</a>&gt;',
      status: 'read',
      replyTo: { excerpt: 'the original' },
    });
  });

  it('is told to those who may read it, without anything of one viewer', async () => {
    const group = await aGroup({ [CAROL]: { windows: '{[2,)}' } });
    const { messageId } = await rows.sent(group, ALICE);
    await rows.sent(group, BOB);
    await rows.select(
      'UPDATE participants SET last_delivered_seq = 2, last_read_seq = 2 WHERE conversation_uuid = $1',
      group,
    );
    const traceId = randomBytes(16).toString('hex');
    const edited = await runInContext({ requestId: 'r', traceId }, () => edit(group, messageId));
    expect(edited.status).toBe('read');
    const payload = { message: { ...edited, status: 'sent' } };
    const [told, ...more] = node.told;
    expect(more).toEqual([]);
    expect(told?.event).toMatchObject({ eventType: 'MessageUpdated', key: group, rev: 4, traceId, payload });
    expect(new Set(told?.audience)).toEqual(new Set([ALICE, BOB]));
    const recorded = (await rows.events(group)).at(-1);
    expect(recorded).toMatchObject({
      event_uuid: told?.event.eventId,
      event_type: 'MessageUpdated',
      rev: '4',
      // What it says is stored once, where it can be deleted.
      payload: { messageId },
      audience: told?.audience,
    });
  });

  it.each([
    ['all of them may read it', '{[1,)}', 'the original'],
    ['one of them came after it', '{[2,)}', null],
    ['somebody who came later still is not told', '{[3,)}', 'the original'],
  ])('tells what it replies to where %s', async (_where, windows, excerpt) => {
    const group = await aGroup({ [CAROL]: { windows } });
    const original = await rows.sent(group, BOB, { content: 'the original' });
    const { messageId } = await rows.sent(group, ALICE, { replyToId: original.messageId });
    const edited = await edit(group, messageId);
    expect(edited.replyTo?.excerpt).toBe('the original');
    const { message } = node.told[0]?.event.payload as { message: MessageDto };
    expect(message.replyTo).toMatchObject({ id: original.messageId, excerpt });
  });

  describe('is refused', () => {
    it('to everybody but its sender, an admin too', async () => {
      const group = await aGroup({ [BOB]: { role: 'admin' } });
      const { messageId } = await rows.sent(group, ALICE);
      await expectRefusal('not_sender', group, messageId, as(BOB));
    });

    it('to everybody where the service wrote it', async () => {
      const group = await aGroup();
      await expectRefusal('not_sender', group, (await rows.sent(group, null)).messageId);
    });

    it('for anything but text', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE, { type: 'poll' });
      await expectRefusal('validation_failed', group, messageId);
      await expect(edit(group, messageId)).rejects.toMatchObject({ errors: [{ path: 'content' }] });
    });

    it('once it was deleted', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE);
      await node.get(EditingService).delete(as(ALICE), { conversationId: group, messageId });
      node.told.length = 0;
      await expectRefusal('message_deleted', group, messageId);
    });

    it('once it has expired, be it not seen to yet', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE, { expiresInSeconds: 5 });
      await rows.age('5 seconds', messageId);
      await expectRefusal('message_deleted', group, messageId);
    });

    it('where one side of a direct conversation has blocked the other', async () => {
      const direct = await rows.aDirect(ALICE, BOB);
      const { messageId } = await rows.sent(direct, ALICE);
      await rows.select(
        'INSERT INTO blocks (tenant_uuid, blocker_uuid, blocked_uuid) VALUES ($1, $2, $3)',
        ...[rows.tenantId, BOB, ALICE],
      );
      await expectRefusal('blocked', direct, messageId);
      await rows.select('DELETE FROM blocks');
      await expect(edit(direct, messageId)).resolves.toMatchObject({ content: 'better' });
    });

    it.each<[string, () => Promise<[conversation: string, message: string]>]>([
      ['there is none', async () => [await aGroup(), randomUUID()]],
      [
        'T02 it is of another conversation',
        async () => [await aGroup(), (await rows.sent(await aGroup(), ALICE)).messageId],
      ],
      [
        'T02 it is of another conversation and by somebody else',
        async () => [await aGroup(), (await rows.sent(await aGroup(), BOB)).messageId],
      ],
      [
        'it was written by somebody else before one came',
        async () => {
          const group = await aGroup({ [ALICE]: { windows: '{[2,)}' } });
          return [group, (await rows.sent(group, BOB)).messageId];
        },
      ],
      [
        'its sender was away, and may not read it any more',
        async () => {
          const group = await aGroup();
          const { messageId } = await rows.sent(group, ALICE);
          await rows.select(
            `UPDATE participants SET windows = '{[2,)}' WHERE conversation_uuid = $1 AND user_uuid = $2`,
            ...[group, ALICE],
          );
          return [group, messageId];
        },
      ],
      [
        'T21 its row can not be shown',
        async () => {
          const group = await aGroup();
          const { messageId } = await rows.sent(group, ALICE);
          await rows.select(`UPDATE messages SET sent_at = 'infinity' WHERE message_uuid = $1`, messageId);
          return [group, messageId];
        },
      ],
      [
        'it is older than messages are kept',
        async () => {
          const group = await aGroup();
          const { messageId } = await rows.sent(group, ALICE);
          await rows.age('3 days', messageId);
          return [group, messageId];
        },
      ],
    ])('as not there where %s', async (_where, make) => {
      const [conversationId, messageId] = await make();
      await expectRefusal('message_not_found', conversationId, messageId);
    });

    it.each<[string, Membership, string | null]>([
      ['has left', { windows: '{[1,2)}' }, null],
      ['is of another tenant', {}, randomUUID()],
    ])('T01 as if there were no conversation to a sender who %s', async (_who, membership, tenantId) => {
      const group = await aGroup({ [ALICE]: membership });
      const messageId = (await rows.sent(group, BOB)).messageId;
      const actor = { userId: ALICE, tenantId: tenantId ?? rows.tenantId };
      await expectRefusal('conversation_not_found', group, messageId, actor);
      await rows.select('UPDATE messages SET sender_uuid = $2 WHERE message_uuid = $1', messageId, ALICE);
      await expectRefusal('conversation_not_found', group, messageId, actor);
    });
  });

  it.each([
    ['just within its time', `${WINDOW_SECONDS - 5} seconds`, 'edited'],
    ['just past it', `${WINDOW_SECONDS} seconds`, 'edit_window_closed'],
  ])('goes by the clock of Postgres: %s', async (_when, age, outcome) => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    await rows.age(age, messageId);
    const got = await edit(group, messageId).then(
      () => 'edited',
      (refusal: { code: string }) => refusal.code,
    );
    expect(got).toBe(outcome);
  });

  it.each([-30, 30])(
    'F18 is allowed and refused alike where the clock of the node is %d days off',
    async (days) => {
      const group = await aGroup();
      const [fresh, old] = [await rows.sent(group, ALICE), await rows.sent(group, ALICE)];
      await rows.age('5 minutes', old.messageId);
      const real = Date.now.bind(Date);
      jest.spyOn(Date, 'now').mockImplementation(() => real() + days * 86_400_000);
      const { editedAt } = await edit(group, fresh.messageId);
      expect(Math.abs(Date.parse(editedAt ?? '') - real())).toBeLessThan(5_000);
      await expect(edit(group, old.messageId)).rejects.toMatchObject({ code: 'edit_window_closed' });
    },
  );

  describe('is reviewed as a new message is:', () => {
    afterEach(() => {
      node.get(Moderation).review = () => ({ verdict: 'allow' });
    });

    it('a policy may rewrite it', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE);
      const review = jest.fn(() => ({ verdict: 'rewrite', content: '***' }) as const);
      node.get(Moderation).review = review;
      expect((await edit(group, messageId, 'damn')).content).toBe('***');
      const origin = { tenantId: rows.tenantId, conversationId: group, senderId: ALICE };
      expect(review.mock.calls).toEqual([[{ ...origin, type: 'text', content: 'damn', payload: null }]]);
    });

    it('a policy may refuse it', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE);
      node.get(Moderation).review = () => ({ verdict: 'refuse', reason: 'No.' });
      await expectRefusal('message_refused', group, messageId);
    });

    it('the conversation is not held meanwhile', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE);
      node.get(Moderation).review = async () => {
        await rows.sent(group, BOB);
        return { verdict: 'allow' };
      };
      expect(await edit(group, messageId)).toMatchObject({ rev: 4 });
    });

    it('it says something', async () => {
      const group = await aGroup();
      const { messageId } = await rows.sent(group, ALICE);
      await expect(edit(group, messageId, ' \n')).rejects.toMatchObject({
        code: 'validation_failed',
        errors: [{ path: 'content' }],
      });
    });
  });

  it('50 times at once is 50 revisions, the last of which stays', async () => {
    const group = await aGroup();
    const { messageId } = await rows.sent(group, ALICE);
    const edited = await times(50, (n) => untilAvailable(() => edit(group, messageId, `version ${n}`)));
    const byRev = edited.toSorted((one, other) => one.rev - other.rev);
    expect(byRev.map(({ rev }) => rev)).toEqual(Array.from({ length: 50 }, (_, n) => n + 3));
    expect(await rows.message(messageId)).toMatchObject({ content: byRev.at(-1)?.content, rev: '52' });
    const told = new Map(node.told.map(({ event: { rev, payload } }) => [rev, payload]));
    expect([...told.keys()].sort((one, other) => one - other)).toEqual(byRev.map(({ rev }) => rev));
    for (const message of byRev) expect(told.get(message.rev)).toEqual({ message });
  });
});
