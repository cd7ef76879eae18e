import { createHash, randomUUID } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { ConfigModule } from '../../../src/config';
import { DatabaseModule } from '../../../src/database';
import type { MessageDto } from '../../../src/message-view';
import { HistoryService, MessagesModule } from '../../../src/messages';
import { configOn } from '../../support/config-on';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { upTo } from '../../support/times';

const TENANT = randomUUID();
const [ALICE, BOB, CAROL] = [randomUUID(), randomUUID(), randomUUID()];
const RETENTION_DAYS = 3;
const EVERYTHING = '{[1,)}';

/** Throws with the seed's dice: the same each time. */
function dice(seed: number): (sides: number) => number {
  const bytes = createHash('shake256', { outputLength: 256 }).update(`${seed}`).digest();
  let at = 0;
  return (sides) => bytes.readUInt8(at++ % bytes.length) % sides;
}

describe('the history of a conversation', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let module: TestingModule;
  let history: HistoryService;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    const config = configOn(testDatabase.url, { RETENTION_DAYS: `${RETENTION_DAYS}` });
    module = await Test.createTestingModule({
      imports: [ConfigModule.with(config), DatabaseModule.with([]), MessagesModule],
    }).compile();
    await module.init();
    history = module.get(HistoryService);
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  const as = (userId: string) => ({ tenantId: TENANT, userId });

  /** A group of these people, each with the sequence numbers that they may read. */
  async function aGroup(members: Readonly<Record<string, string>>): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', gen_random_uuid(), now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, member, 'member', windows, now()
         FROM made, unnest($2::uuid[], $3::int8multirange[]) AS m (member, windows)
       )
       SELECT id FROM made`,
      [TENANT, Object.keys(members), Object.values(members)],
    );
    return rows[0]?.id as string;
  }

  /** Messages 1 to `count` by Alice, the last of them now. `more` is what else is stored of each. */
  async function written(conversationId: string, count: number, more = ''): Promise<string[]> {
    const { rows } = await db.query<{ id: string }>(
      `WITH stored AS (
         INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, sent_at)
         SELECT uuid_v7_at(at), $1, n, n + 1, $2, 'text', 'number ' || n, at
         FROM generate_series(1, $3::integer) AS n, CAST(now() - ($3 - n) * interval '1 second' AS timestamptz) AS at
         RETURNING message_uuid, seq
       ), moved AS (
         UPDATE conversations SET last_seq = $3, rev = $3 + 1 WHERE conversation_uuid = $1
       )
       SELECT message_uuid AS id FROM stored ORDER BY seq`,
      [conversationId, ALICE, count],
    );
    if (more !== '')
      await db.query(`UPDATE messages SET ${more} WHERE conversation_uuid = $1`, [conversationId]);
    return rows.map(({ id }) => id);
  }

  const seqsOf = (items: readonly MessageDto[]): number[] => items.map(({ seq }) => seq);

  it.each([
    ['the newest', {}, [8, 9, 10], true],
    ['before one', { before: 5 }, [2, 3, 4], true],
    ['before the fourth', { before: 4 }, [1, 2, 3], false],
    ['before the first', { before: 1 }, [], false],
    ['before one that is to come', { before: 99 }, [8, 9, 10], true],
    ['after one', { after: 5 }, [6, 7, 8], true],
    ['after none', { after: 0 }, [1, 2, 3], true],
    ['after the seventh', { after: 7 }, [8, 9, 10], false],
    ['after the last', { after: 10 }, [], false],
    ['after one that is to come', { after: 99 }, [], false],
    ['from the newest', { offset: 0 }, [8, 9, 10], true],
    ['from an offset', { offset: 2 }, [6, 7, 8], true],
    ['from the last offset', { offset: 7 }, [1, 2, 3], false],
    ['from past the first', { offset: 10 }, [], false],
  ])('is read in pages, always ascending: %s', async (_which, anchor, seqs, hasMore) => {
    const group = await aGroup({ [ALICE]: EVERYTHING });
    await written(group, 10);
    const page = await history.page(as(ALICE), group, { ...anchor, limit: 3 });
    expect({ seqs: seqsOf(page.items), hasMore: page.hasMore }).toEqual({ seqs, hasMore });
  });

  it('of a given type alone can be read', async () => {
    const group = await aGroup({ [ALICE]: EVERYTHING });
    await written(group, 6, `type = CASE seq % 2 WHEN 0 THEN 'poll' ELSE 'text' END`);
    expect(seqsOf((await history.page(as(ALICE), group, { limit: 9, type: 'poll' })).items)).toEqual([
      2, 4, 6,
    ]);
    expect(
      seqsOf((await history.page(as(ALICE), group, { limit: 9, type: 'poll', after: 2 })).items),
    ).toEqual([4, 6]);
  });

  it('can be read from one anchor only', async () => {
    const group = await aGroup({ [ALICE]: EVERYTHING });
    await expect(history.page(as(ALICE), group, { limit: 3, before: 5, offset: 0 })).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  describe('is there for its members alone:', () => {
    it.each<[string, () => Promise<readonly [string, object]>]>([
      ['somebody who was never in it', async () => [await aGroup({ [ALICE]: EVERYTHING }), as(BOB)]],
      [
        'somebody who has left it',
        async () => [await aGroup({ [BOB]: '{[1,9)}', [ALICE]: EVERYTHING }), as(BOB)],
      ],
      [
        'the same id in another tenant',
        async () => [await aGroup({ [BOB]: EVERYTHING }), { userId: BOB, tenantId: randomUUID() }],
      ],
      ['a reader of what does not exist', () => Promise.resolve([randomUUID(), as(BOB)])],
    ])('%s finds no conversation', async (_who, make) => {
      const [conversationId, actor] = await make();
      const [message = ''] = await written(conversationId, 1);
      const reader = actor as ReturnType<typeof as>;
      const refusal = { code: 'conversation_not_found' };
      await expect(history.page(reader, conversationId, { limit: 3 })).rejects.toMatchObject(refusal);
      await expect(history.find(reader, conversationId, message)).rejects.toMatchObject(refusal);
    });

    it('a message is not found outside of the reader’s stays, nor through another conversation', async () => {
      const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: '{[2,3),[5,)}' });
      const ids = await written(group, 6);
      const found = await Promise.all(
        ids.map((id) =>
          history.find(as(BOB), group, id).then(
            ({ seq }) => seq,
            (error: { code: string }) => error.code,
          ),
        ),
      );
      expect(found).toEqual(['message_not_found', 2, 'message_not_found', 'message_not_found', 5, 6]);
      const other = await aGroup({ [BOB]: EVERYTHING });
      await expect(history.find(as(BOB), other, ids[1] ?? '')).rejects.toMatchObject({
        code: 'message_not_found',
      });
    });

    it('a reply shows its original only to those who may read that', async () => {
      const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: '{[2,)}' });
      const [original] = await written(group, 2);
      await db.query('UPDATE messages SET reply_to_uuid = $2 WHERE conversation_uuid = $1 AND seq = 2', [
        group,
        original,
      ]);
      const excerpt = async (reader: string) =>
        (await history.page(as(reader), group, { limit: 1 })).items[0]?.replyTo;
      expect(await excerpt(ALICE)).toEqual({ id: original, seq: 1, senderId: ALICE, excerpt: 'number 1' });
      expect(await excerpt(BOB)).toMatchObject({ id: original, excerpt: null });
      await db.query('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', [original]);
      expect(await excerpt(ALICE)).toMatchObject({ id: original, excerpt: null });
    });
  });

  /** Three stays at most, the last of which lasts; told as ranges and as a list of numbers. */
  function randomStays(
    roll: (sides: number) => number,
    last: number,
  ): { windows: string; readable: number[] } {
    const bounds = upTo(last).filter(() => roll(5) === 0);
    const stays: number[][] = [];
    while (bounds.length >= 2) stays.push(bounds.splice(0, 2));
    stays.push([bounds[0] ?? last - 2, Infinity]);
    const readable = upTo(last).filter((seq) => stays.some(([from = 0, to = 0]) => seq >= from && seq < to));
    const ranges = stays.map(([from, to]) => `[${from},${to === Infinity ? '' : to})`);
    return { windows: `{${ranges.join()}}`, readable };
  }

  it.each(upTo(25))(
    'is, page by page in either direction, just what the reader may read (seed %d)',
    async (seed) => {
      const roll = dice(seed);
      const { windows, readable } = randomStays(roll, 30);
      const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: windows });
      await written(group, 30);
      const limit = 1 + roll(6);

      const forwards: number[] = [];
      for (let hasMore = true; hasMore;) {
        const page = await history.page(as(BOB), group, { limit, after: forwards.at(-1) ?? 0 });
        forwards.push(...seqsOf(page.items));
        hasMore = page.hasMore;
      }
      expect({ windows, read: forwards }).toEqual({ windows, read: readable });

      const backwards: number[] = [];
      for (let hasMore = true; hasMore;) {
        const page = await history.page(
          as(BOB),
          group,
          backwards.length === 0 ? { limit } : { limit, before: backwards[0] },
        );
        backwards.unshift(...seqsOf(page.items));
        hasMore = page.hasMore;
      }
      expect({ windows, read: backwards }).toEqual({ windows, read: readable });
    },
  );

  it('ends where retention does, in pages and for single messages', async () => {
    const group = await aGroup({ [ALICE]: EVERYTHING });
    await written(group, 1);
    const { rows } = await db.query<{ id: string }>(
      `INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, sent_at)
       SELECT uuid_v7_at(at), $1, n, n, $2, 'text', 'old', at
       FROM (VALUES (2, now() - $3 * interval '1 day' - interval '1 minute'),
                    (3, now() - $3 * interval '1 day' + interval '1 minute')) AS old (n, at)
       RETURNING message_uuid AS id`,
      [group, ALICE, RETENTION_DAYS],
    );
    await db.query('UPDATE conversations SET last_seq = 3 WHERE conversation_uuid = $1', [group]);
    expect(seqsOf((await history.page(as(ALICE), group, { limit: 9 })).items)).toEqual([1, 3]);
    expect(seqsOf((await history.page(as(ALICE), group, { limit: 9, after: 0 })).items)).toEqual([1, 3]);
    await expect(history.find(as(ALICE), group, rows[0]?.id ?? '')).rejects.toMatchObject({
      code: 'message_not_found',
    });
    await expect(history.find(as(ALICE), group, rows[1]?.id ?? '')).resolves.toMatchObject({ seq: 3 });
  });

  it('keeps the place of what was deleted, and nothing else of it', async () => {
    const group = await aGroup({ [ALICE]: EVERYTHING });
    await written(group, 2, `deleted_at = CASE seq WHEN 1 THEN now() END, metadata = '{"a":1}'`);
    const { items } = await history.page(as(ALICE), group, { limit: 9 });
    expect(items).toMatchObject([
      { seq: 1, content: null, contentHtml: null, metadata: null, deletedAt: expect.any(String) },
      { seq: 2, content: 'number 2', metadata: { a: 1 }, deletedAt: null },
    ]);
  });

  describe('shows a sender how far their messages got:', () => {
    async function statusesFor(reader: string, change = 'true', member = BOB): Promise<string> {
      const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: EVERYTHING, [CAROL]: EVERYTHING });
      await written(group, 3);
      await db.query(
        `UPDATE participants SET last_delivered_seq = 2, last_read_seq = 1 WHERE conversation_uuid = $1 AND user_uuid <> $2`,
        [group, ALICE],
      );
      if (change !== 'true')
        await db.query(`UPDATE participants SET ${change} WHERE conversation_uuid = $1 AND user_uuid = $2`, [
          group,
          member,
        ]);
      return (await history.page(as(reader), group, { limit: 9 })).items
        .map(({ status }) => status)
        .join(' ');
    }
    const hides = (hidden: boolean) =>
      db.query('UPDATE users SET read_receipts = $2 WHERE user_uuid = $1', [BOB, !hidden]);
    afterEach(() => hides(false));

    it.each([
      ['everybody else has received two and read one', 'true', 'read delivered sent'],
      ['one of them has received none', 'last_delivered_seq = 0, last_read_seq = 0', 'sent sent sent'],
      [
        'one of them has received one and read none',
        'last_delivered_seq = 1, last_read_seq = 0',
        'delivered sent sent',
      ],
      [
        'one of them is further than the others',
        'last_delivered_seq = 3, last_read_seq = 3',
        'read delivered sent',
      ],
      [
        'one who had received none has left',
        `last_delivered_seq = 0, last_read_seq = 0, windows = '{[1,2)}'`,
        'read delivered sent',
      ],
    ])('%s', async (_how, change, statuses) => {
      expect(await statusesFor(ALICE, change)).toBe(statuses);
    });

    it('and nothing is read while one of them keeps that private', async () => {
      await hides(true);
      expect(await statusesFor(ALICE)).toBe('delivered delivered sent');
    });

    it('and others see nothing of it', async () => {
      expect(await statusesFor(BOB)).toBe('sent sent sent');
    });

    it('and with nobody else there, nothing has arrived', async () => {
      const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: '{[1,2)}' });
      const [id = ''] = await written(group, 1);
      expect((await history.find(as(ALICE), group, id)).status).toBe('sent');
    });
  });

  it.each<[string, (group: string, id: string) => Promise<unknown>]>([
    ['the newest page', (group) => history.page(as(ALICE), group, { limit: 50 })],
    ['a later page', (group) => history.page(as(ALICE), group, { limit: 50, after: 3 })],
    ['one message', (group, id) => history.find(as(ALICE), group, id)],
  ])('is read with one statement: %s', async (_what, read) => {
    const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: EVERYTHING });
    const [id = ''] = await written(group, 10, 'reply_to_uuid = message_uuid');
    const statements = jest.spyOn(Client.prototype, 'query');
    await read(group, id);
    const asked = statements.mock.calls.length;
    statements.mockRestore();
    expect(asked).toBe(1);
  });

  it('knows who may read a message now', async () => {
    const group = await aGroup({ [ALICE]: EVERYTHING, [BOB]: '{[2,)}', [CAROL]: '{[1,9)}' });
    const [first = ''] = await written(group, 3);
    expect(await history.readersOf(TENANT, group, first)).toEqual([ALICE]);
    expect(await history.readersOf(randomUUID(), group, first)).toEqual([]);
  });
});
