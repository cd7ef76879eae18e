import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../src/common/actor';
import { MissedMessagesService } from '../../../src/messages';
import { MissedMessagesRepository } from '../../../src/messages/missed/missed-messages.repository';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { MessageRows } from '../../support/messages/message-rows';
import { MessagesNode } from '../../support/messages/messages-node';
import { StatementLog } from '../../support/statement-log';
import { upTo } from '../../support/times';

const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];

describe('what somebody has missed', () => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let node: MessagesNode;
  let missed: MissedMessagesService;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    node = await MessagesNode.start(testDatabase.url);
    missed = node.get(MissedMessagesService);
  });
  beforeEach(() => {
    // A tenant of its own.
    rows = MessageRows.of(testDatabase.url);
  });
  afterEach(() => rows.close());
  afterAll(async () => {
    await node.stop();
    await testDatabase.drop();
  });

  const as = (userId: string): Actor => ({ tenantId: rows.tenantId, userId });
  const marks = (conversationId: string, userId: string, seq: number): Promise<unknown> =>
    rows.select(
      'UPDATE participants SET last_delivered_seq = $3 WHERE conversation_uuid = $1 AND user_uuid = $2',
      ...[conversationId, userId, seq],
    );

  /** All pages, read on in steps of `limit`: the conversation and seq of each message. */
  async function allOf(userId: string, limit = 1_000): Promise<[string, number][]> {
    let page = await missed.of(as(userId));
    const read = [...page.messages];
    while (page.next !== undefined) {
      page = await missed.after(as(userId), page.next, limit);
      expect(page.messages.length).toBeLessThanOrEqual(limit);
      read.push(...page.messages);
    }
    return read.map(({ conversationId, seq }) => [conversationId, seq]);
  }

  const seqs = async (userId: string): Promise<number[]> => (await allOf(userId)).map(([, seq]) => seq);

  it('is what lies behind their mark, and none of their own', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
    await rows.sentMany(group, ALICE, 5);
    await marks(group, BOB, 2);
    expect(await seqs(BOB)).toEqual([3, 4, 5]);
    expect(await seqs(ALICE)).toEqual([]);
    await rows.sent(group, BOB);
    expect(await seqs(BOB)).toEqual([]);
    expect(await seqs(ALICE)).toEqual([6]);
  });

  it('is nothing of what was said while they were no members', async () => {
    const group = await rows.aGroup({
      [ALICE]: {},
      [BOB]: { windows: '{[3,5),[8,)}' },
      [CAROL]: { windows: '{[2,6)}' },
    });
    await rows.sentMany(group, ALICE, 10);
    expect(await seqs(BOB)).toEqual([3, 4, 8, 9, 10]);
    expect(await seqs(CAROL)).toEqual([]);
    await marks(group, BOB, 3);
    expect(await seqs(BOB)).toEqual([4, 8, 9, 10]);
  });

  it('is nothing of other tenants', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
    await rows.sent(group, ALICE);
    expect((await missed.of({ tenantId: randomUUID(), userId: BOB })).messages).toEqual([]);
  });

  it('is nothing older than the retention', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
    const ids = await rows.sentMany(group, ALICE, 3);
    // As if made a hundred days ago: of ids the time comes first.
    const old = `0192${(ids[0] as string).slice(4)}`;
    await rows.select(`CREATE TABLE IF NOT EXISTS messages_long_ago PARTITION OF messages
      FOR VALUES FROM ('01900000-0000-0000-0000-000000000000') TO ('01930000-0000-0000-0000-000000000000')`);
    await rows.select('UPDATE messages SET message_uuid = $2 WHERE message_uuid = $1', ids[0], old);
    expect(await seqs(BOB)).toEqual([2, 3]);
  });

  it('comes by conversation, each in the order of its seq, in pages of any size', async () => {
    const groups = await Promise.all(
      [40, 50, 60].map(async (count) => {
        const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
        await rows.sentMany(group, ALICE, count);
        return { group, count };
      }),
    );
    const expected = groups
      .sort((a, b) => (a.group < b.group ? -1 : 1))
      .flatMap(({ group, count }) => upTo(count).map((seq) => [group, seq]));
    expect((await missed.of(as(BOB))).messages).toHaveLength(64);
    for (const limit of [1, 7, 36, 1_000]) expect(await allOf(BOB, limit)).toEqual(expected);
  });

  it('goes on where it was when the mark moves meanwhile', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
    await rows.sentMany(group, ALICE, 100);
    const { next } = await missed.of(as(BOB));
    expect(next).toEqual({ conversationId: group, seq: 64 });
    await marks(group, BOB, 30);
    const { messages } = await missed.after(as(BOB), { conversationId: group, seq: 64 }, 2);
    expect(messages.map(({ seq }) => seq)).toEqual([65, 66]);
  });

  it('comes in smaller pages where messages are long, and never in none', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
    await rows.sentMany(group, ALICE, 60, { content: '😀'.repeat(4_000) });
    await rows.sentMany(group, ALICE, 20, { content: 'x'.repeat(300_000) });
    const { messages, next } = await missed.of(as(BOB));
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.length).toBeLessThan(20);
    expect(next?.seq).toBe(messages.length);
    expect(await seqs(BOB)).toEqual(upTo(80));
  });

  it('is as frames have it: a tombstone in its place, the excerpt as this reader may see it', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: { windows: '{[2,)}' }, [CAROL]: {} });
    const first = await rows.sent(group, ALICE, { content: 'the first' });
    const gone = await rows.sent(group, ALICE, { content: 'gone' });
    await rows.sent(group, ALICE, { content: 'to the first', replyToId: first.messageId });
    await rows.select('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', gone.messageId);
    const ofBob = (await missed.of(as(BOB))).messages;
    expect(ofBob).toMatchObject([
      { seq: 2, content: null, contentHtml: null, status: 'sent', deletedAt: expect.any(String) as unknown },
      { seq: 3, content: 'to the first', replyTo: { seq: 1, excerpt: null } },
    ]);
    expect((await missed.of(as(CAROL))).messages[2]).toMatchObject({ replyTo: { excerpt: 'the first' } });
  });

  it('T21 lacks a row that can not be, and none after it', async () => {
    const group = await rows.aGroup({ [ALICE]: {}, [BOB]: {} });
    const ids = await rows.sentMany(group, ALICE, 66);
    for (const index of [10, 63])
      await rows.select(`UPDATE messages SET payload = '[1]' WHERE message_uuid = $1`, ids[index]);
    expect(await seqs(BOB)).toEqual(upTo(66).filter((seq) => seq !== 11 && seq !== 64));
  });

  it('names the state of the database that it was read in', async () => {
    const before = await rows.select<{ xmax: string }>(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xmax',
    );
    const { snapshot, takenAt, messages, next } = await missed.of(as(randomUUID()));
    expect({ messages, next }).toEqual({ messages: [], next: undefined });
    expect(snapshot).toMatch(/^\d+:\d+:[\d,]*$/);
    expect(Number(snapshot.split(':')[1])).toBeGreaterThanOrEqual(Number(before[0]?.xmax));
    expect(Math.abs(takenAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  describe('of many people', () => {
    let people: Actor[];
    let groups: string[];
    beforeEach(async () => {
      people = Array.from({ length: 100 }, () => as(randomUUID()));
      groups = await Promise.all(
        people.map(async ({ userId }, index) => {
          const group = await rows.aGroup({ [ALICE]: {}, [userId]: {} });
          if (index % 10 > 0) await rows.sentMany(group, ALICE, index % 10);
          return group;
        }),
      );
    });

    it('is read together when they come together, each their own', async () => {
      const said: (string | undefined)[] = [];
      const log = new StatementLog(({ name }) => said.push(name));
      const all = await Promise.all(people.map((person) => missed.of(person))).finally(() => log.stop());
      all.forEach(({ messages, next }, index) => {
        expect(next).toBeUndefined();
        expect(messages.map(({ conversationId, seq }) => [conversationId, seq])).toEqual(
          upTo(index % 10).map((seq) => [groups[index], seq]),
        );
      });
      // Who comes first does not wait for the others.
      expect(said).toEqual(Array.from({ length: 3 }, () => 'missed_messages.pages'));
    });

    it('is not kept from them by one whose rows Postgres stumbles over', async () => {
      const repository = node.get(MissedMessagesRepository);
      const pages = repository.pages.bind(repository);
      const stumbling = jest.spyOn(repository, 'pages').mockImplementation(async (db, queries, ...more) => {
        if (queries.some(({ reader }) => reader === people[5])) throw new Error('out of range');
        return pages(db, queries, ...more);
      });
      const all = await Promise.allSettled(people.map((person) => missed.of(person)));
      stumbling.mockRestore();
      expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(all[5]?.status).toBe('rejected');
    });
  });
});
