import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Database } from '../../../src/database';
import type { MessageDto } from '../../../src/message-view';
import { ExpiryRepository } from '../../../src/messages/expiry/expiry.repository';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { type Membership, MessageRows } from '../../support/messages/message-rows';
import { MessagesNode } from '../../support/messages/messages-node';
import { times, upTo } from '../../support/times';

const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];
/** Longer than these tests take. */
const LIFETIME_SECONDS = 600;
const LIFETIME = { expiresInSeconds: LIFETIME_SECONDS };

describe('the expiry of messages', () => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let nodes: MessagesNode[];
  let node: MessagesNode;
  /** Somebody else. */
  let holder: Client;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    rows = MessageRows.of(testDatabase.url);
    nodes = await times(2, () => MessagesNode.start(testDatabase.url));
    [node] = nodes as [MessagesNode];
    holder = new Client({ connectionString: testDatabase.url });
    await holder.connect();
  });
  beforeEach(() => {
    for (const { told } of nodes) told.length = 0;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await holder.query('ROLLBACK');
  });
  afterAll(async () => {
    await Promise.all([...nodes.map((one) => one.stop()), rows.close(), holder.end()]);
    await testDatabase.drop();
  });

  const aGroup = (more: Readonly<Record<string, Membership>> = {}): Promise<string> =>
    rows.aGroup({ [ALICE]: {}, [BOB]: {}, ...more });

  /** Messages whose time is over since so many seconds. */
  async function due(conversationId: string, count = 1, since = 0): Promise<string[]> {
    const ids = await rows.sentMany(conversationId, ALICE, count, LIFETIME);
    await rows.age(`${LIFETIME_SECONDS + since} seconds`, ...ids);
    return ids;
  }

  async function hold(conversationId: string): Promise<void> {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR NO KEY UPDATE', [
      conversationId,
    ]);
  }

  async function somebodyWaits(): Promise<void> {
    await eventually(async () => {
      const waiting = await rows.select(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).not.toEqual([]);
    });
  }

  const livingIn = async (conversationId: string): Promise<number> =>
    (await rows.messages(conversationId)).filter((row) => row.deleted_at === null).length;

  it('makes tombstones of them, as of when their time was over, with nothing left in their rows', async () => {
    const group = await aGroup();
    const original = await rows.sent(group, BOB);
    const { messageId } = await rows.sent(group, ALICE, {
      ...LIFETIME,
      payload: { a: 1 },
      metadata: { b: 1 },
      replyToId: original.messageId,
    });
    await rows.age(`${LIFETIME_SECONDS} seconds`, messageId);
    const before = await rows.message(messageId);
    await node.expires();
    const nothing = { content: null, payload: null, metadata: null, reply_to_uuid: null };
    expect(await rows.message(messageId)).toEqual({
      ...before,
      ...nothing,
      deleted_at: before.expires_at,
      rev: '4',
      created_rev: '3',
      stamp: expect.any(String),
    });
    expect((await rows.message(messageId)).stamp).not.toBe(before.stamp);
    expect(await rows.message(original.messageId)).toMatchObject({ content: 'hello', rev: '2' });
  });

  it('leaves the conversation where it was, but for its revision', async () => {
    const group = await aGroup();
    await due(group, 3);
    const before = await rows.conversation(group);
    await node.expires();
    const changed = { rev: '7', stamp: expect.any(String), changed_at: expect.any(Date) };
    expect(await rows.conversation(group)).toEqual({ ...before, ...changed });
  });

  it('is told to those who may read them, a revision each, in the order in which they expired', async () => {
    const group = await aGroup({ [CAROL]: { windows: '{[2,)}' } });
    const [first = '', second = ''] = await due(group, 2, 1);
    const [third = ''] = await due(group, 1, 5);
    await node.expires();
    const told = node.told.map(({ event, audience }) => {
      const { message } = event.payload as { message: MessageDto };
      return [event.eventType, event.rev, message.id, message.rev, audience.length];
    });
    expect(told).toEqual([
      ['MessageExpired', 5, third, 5, 3],
      ['MessageExpired', 6, first, 6, 2],
      ['MessageExpired', 7, second, 7, 3],
    ]);
    const { message } = node.told[0]?.event.payload as { message: MessageDto };
    expect(message).toMatchObject({ content: null, status: 'sent', deletedAt: message.expiresAt });
    expect(node.told[0]?.event.traceId).not.toMatch(/^0+$/);
    expect(node.told.map(({ sincePreviousMs }) => sincePreviousMs)).toEqual([expect.any(Number), 0, 0]);
  });

  it('is recorded as it is told', async () => {
    const group = await aGroup();
    await due(group, 3);
    await node.expires();
    const recorded = (await rows.events(group)).slice(3);
    expect(recorded).toEqual(
      node.told.map(({ event, audience }) =>
        expect.objectContaining({
          event_uuid: event.eventId,
          event_type: 'MessageExpired',
          schema_version: 1,
          occurred_at: event.occurredAt,
          trace_id: event.traceId,
          tenant_uuid: rows.tenantId,
          rev: String(event.rev),
          payload: event.payload,
          audience,
        }),
      ),
    );
    const { changed_at: changedAt } = await rows.conversation(group);
    expect(node.told.at(-1)?.event.occurredAt).toEqual(changedAt);
  });

  it('passes over what has time left, has none to lose, or was deleted', async () => {
    const group = await aGroup();
    const ids = await rows.sentMany(group, ALICE, 3, LIFETIME);
    const lasting = await rows.sent(group, ALICE);
    await rows.age('1 year', lasting.messageId);
    await rows.select('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', ids[0]);
    await rows.age(`${LIFETIME_SECONDS} seconds`, ids[0] ?? '');
    await rows.age(`${LIFETIME_SECONDS / 2} seconds`, ids[1] ?? '');
    const before = await rows.messages(group);
    await node.expires();
    expect(await rows.messages(group)).toEqual(before);
    expect(node.told).toEqual([]);
  });

  it('ends all there are, however many, with a few statements for hundreds', async () => {
    const groups = await times(3, () => aGroup());
    await times(3, (index) => due(groups[index] ?? '', 400));
    const asked = jest.spyOn(Client.prototype, 'query');
    await node.expires();
    const statements = asked.mock.calls.length;
    asked.mockRestore();
    expect(await Promise.all(groups.map(livingIn))).toEqual([0, 0, 0]);
    expect(node.told).toHaveLength(1_200);
    expect(statements).toBeLessThan(50);
  });

  it('by two nodes at once makes each tombstone once', async () => {
    const groups = await times(40, () => aGroup());
    for (const group of groups) await due(group, 25);
    await Promise.all([...nodes, ...nodes].map((one) => one.expires()));
    await node.expires();
    const told = nodes.flatMap((one) => one.told);
    expect(told).toHaveLength(1_000);
    expect(new Set(told.map(({ event }) => (event.payload as { message: MessageDto }).message.id)).size).toBe(
      1_000,
    );
    for (const group of groups) {
      const revs = (await rows.events(group)).map(({ rev }) => Number(rev));
      expect(revs).toEqual(upTo(50).map((n) => n + 1));
      expect(await rows.conversation(group)).toMatchObject({ rev: '51' });
      const messages = await rows.messages(group);
      expect(messages.map(({ rev }) => Number(rev)).sort((a, b) => a - b)).toEqual(revs.slice(25));
    }
  });

  describe('where somebody holds the conversation', () => {
    it('waits for nobody, and goes on with the others, however many are held', async () => {
      const [held, free] = [await aGroup(), await aGroup()];
      await due(held, 600, 1);
      await due(free, 1);
      await hold(held);
      await node.expires();
      expect([await livingIn(held), await livingIn(free)]).toEqual([600, 0]);
      await holder.query('ROLLBACK');
      await node.expires();
      expect(await livingIn(held)).toBe(0);
    });

    it('takes its turn once a message is overdue', async () => {
      const held = await aGroup();
      await due(held, 3, 3);
      await hold(held);
      const expiring = node.expires();
      await somebodyWaits();
      expect(await livingIn(held)).toBe(3);
      await holder.query('COMMIT');
      await expiring;
      expect(await livingIn(held)).toBe(0);
      expect(node.told).toHaveLength(3);
    });

    it('sees what they did', async () => {
      const held = await aGroup();
      const [deleted = '', left = ''] = await due(held, 2, 3);
      await hold(held);
      const expiring = node.expires();
      await somebodyWaits();
      await holder.query('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', [deleted]);
      await holder.query('UPDATE conversations SET rev = rev + 1 WHERE conversation_uuid = $1', [held]);
      await holder.query(
        `UPDATE participants SET windows = '{[1,3)}' WHERE user_uuid = $2 AND conversation_uuid = $1`,
        [...[held, BOB]],
      );
      await holder.query('COMMIT');
      await expiring;
      expect(await rows.message(deleted)).toMatchObject({ content: 'hello', rev: '2' });
      expect(await rows.message(left)).toMatchObject({ content: null, rev: '5' });
      expect(node.told.map(({ event, audience }) => [event.rev, audience])).toEqual([[5, [ALICE]]]);
    });
  });

  it('happens after what happened before it, also where the clock was set back since', async () => {
    const group = await aGroup();
    await due(group, 2);
    await rows.select(
      `UPDATE conversations SET changed_at = now() + interval '1 hour' WHERE conversation_uuid = $1`,
      group,
    );
    const before = await rows.conversation(group);
    await node.expires();
    const times = node.told.map(({ event }) => Number(event.occurredAt));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(Number(before.changed_at));
    expect(node.told.map(({ sincePreviousMs }) => sincePreviousMs)).toEqual([expect.closeTo(0, 1), 0]);
  });

  it('leaves alone what was deleted between the look and the lock', async () => {
    const group = await aGroup();
    const [deleted = '', left = ''] = await due(group, 2);
    await rows.select('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', deleted);
    const before = await rows.message(deleted);
    const told = await node
      .get(Database)
      .transaction((tx) => node.get(ExpiryRepository).expire(tx, [deleted, left]));
    expect(told.map(({ event }) => event.rev)).toEqual([4]);
    expect(await rows.message(deleted)).toEqual(before);
    expect(await rows.message(left)).toMatchObject({ content: null, rev: '4' });
  });

  it('T21 is not held up by a row that can not be shown', async () => {
    const group = await aGroup();
    const [broken = '', whole = ''] = await due(group, 2);
    await rows.select(`UPDATE messages SET sent_at = 'infinity' WHERE message_uuid = $1`, broken);
    await node.expires();
    expect(node.told.map(({ event }) => (event.payload as { message: MessageDto }).message.id)).toEqual([
      whole,
    ]);
    expect(await livingIn(group)).toBe(0);
  });

  it('is told to nobody where it could not be recorded', async () => {
    const group = await aGroup();
    await due(group);
    await rows.select(
      `ALTER TABLE outbox ADD CONSTRAINT none CHECK (event_type <> 'MessageExpired') NOT VALID`,
    );
    try {
      await expect(node.expires()).rejects.toMatchObject({ code: '23514' });
    } finally {
      await rows.select('ALTER TABLE outbox DROP CONSTRAINT none');
    }
    expect(node.told).toEqual([]);
    expect(await livingIn(group)).toBe(1);
    await node.expires();
    expect(node.told).toHaveLength(1);
  });

  it.each([-100, 100])(
    'F18 goes by the clock of Postgres where that of the node is %d days off',
    async (days) => {
      const group = await aGroup();
      const [ended = ''] = await due(group);
      const [lasting = ''] = await rows.sentMany(group, ALICE, 1, LIFETIME);
      const real = Date.now.bind(Date);
      jest.spyOn(Date, 'now').mockImplementation(() => real() + days * 86_400_000);
      await node.expires();
      expect(await rows.message(ended)).toMatchObject({ content: null });
      expect(await rows.message(lasting)).toMatchObject({ content: 'hello', deleted_at: null });
      const [told] = node.told;
      expect(Math.abs(Number(told?.event.occurredAt) - real())).toBeLessThan(10_000);
    },
  );
});
