import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { EditingService } from '../../../src/messages';
import { ExpiryRepository } from '../../../src/messages/expiry/expiry.repository';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { MessageRows } from '../../support/messages/message-rows';
import { MessagesNode } from '../../support/messages/messages-node';
import { times } from '../../support/times';

const ALICE = randomUUID();
const AUDIT = '7 days';
const NEARLY = '6 days 23:59';

describe('the rows of deleted messages', () => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let nodes: MessagesNode[];
  let node: MessagesNode;
  let group: string;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    rows = MessageRows.of(testDatabase.url);
    nodes = await times(2, () => MessagesNode.start(testDatabase.url));
    [node] = nodes as [MessagesNode];
  });
  beforeEach(async () => {
    group = await rows.aGroup({ [ALICE]: {} });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await Promise.all([...nodes.map((one) => one.stop()), rows.close()]);
    await testDatabase.drop();
  });

  /** A message that was deleted so long ago. */
  async function deleted(ago: string): Promise<string> {
    const original = await rows.sent(group, ALICE);
    const { messageId } = await rows.sent(group, ALICE, {
      payload: { a: 1 },
      metadata: { b: 1 },
      replyToId: original.messageId,
    });
    const actor = { tenantId: rows.tenantId, userId: ALICE };
    await node.get(EditingService).delete(actor, { conversationId: group, messageId });
    await rows.age(ago, messageId);
    return messageId;
  }

  /** Rows that were deleted long ago, in no time. */
  async function manyDeleted(count: number): Promise<void> {
    await rows.select(
      `INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, sent_at, deleted_at)
       SELECT uuid_v7_at(now()), $1, n, n + 1, $2, 'text', 'hello', now(), now() - interval '8 days'
       FROM generate_series(1, $3::integer) AS n`,
      ...[group, ALICE, count],
    );
  }

  const kept = async (): Promise<number> =>
    (await rows.messages(group)).filter(({ content }) => content !== null).length;

  it('say what was said for as long as an audit may ask', async () => {
    const messageId = await deleted(NEARLY);
    const before = await rows.message(messageId);
    await node.scrubs();
    expect(await rows.message(messageId)).toEqual(before);
    expect(before).toMatchObject({ content: 'hello', payload: { a: 1 }, metadata: { b: 1 } });
  });

  it('say nothing after that, and are the same otherwise; nobody hears of it', async () => {
    const messageId = await deleted(AUDIT);
    const [before, conversation] = [await rows.message(messageId), await rows.conversation(group)];
    const [events, told] = [await rows.events(group), node.told.length];
    await node.scrubs();
    const nothing = { content: null, payload: null, metadata: null, reply_to_uuid: null };
    expect(await rows.message(messageId)).toEqual({ ...before, ...nothing });
    expect(await rows.conversation(group)).toEqual(conversation);
    expect(await rows.events(group)).toEqual(events);
    expect(node.told).toHaveLength(told);
  });

  it('are alone in that: messages that are still there are kept, however old', async () => {
    const { messageId } = await rows.sent(group, ALICE);
    await rows.age('1 year', messageId);
    await node.scrubs();
    expect(await rows.message(messageId)).toMatchObject({ content: 'hello' });
  });

  it('are emptied at once where no audit asks', async () => {
    const strict = await MessagesNode.start(testDatabase.url, { DELETED_AUDIT_DAYS: '0' });
    const messageId = await deleted('0 seconds');
    await strict.scrubs();
    await strict.stop();
    expect(await rows.message(messageId)).toMatchObject({ content: null });
  });

  it('are emptied however many there are, a thousand at a time, also by two nodes at once', async () => {
    await manyDeleted(3_500);
    const scrub = jest.spyOn(ExpiryRepository.prototype, 'scrub');
    await Promise.all(nodes.map((one) => one.scrubs()));
    const sizes = await Promise.all(scrub.mock.results.map(({ value }) => value as Promise<number>));
    expect(await kept()).toBe(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(3_500);
  });

  it('are not waited for where somebody is looking at one', async () => {
    await manyDeleted(3);
    const auditor = new Client({ connectionString: testDatabase.url });
    await auditor.connect();
    await auditor.query('BEGIN');
    await auditor.query('SELECT FROM messages WHERE conversation_uuid = $1 AND seq = 2 FOR UPDATE', [group]);
    await node.scrubs();
    expect(await kept()).toBe(1);
    await auditor.end();
    await node.scrubs();
    expect(await kept()).toBe(0);
  });

  it('F18 are kept where the clock of a node is a hundred days ahead', async () => {
    const messageId = await deleted('0 seconds');
    const real = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => real() + 100 * 86_400_000);
    await node.scrubs();
    expect(await rows.message(messageId)).toMatchObject({ content: 'hello' });
  });
});
