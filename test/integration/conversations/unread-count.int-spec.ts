import { createHash, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { InboxRepository } from '../../../src/conversations/inbox.repository';
import { ReadableConversations } from '../../../src/conversations/readable-conversations';
import { connectionOptions, type Queryable, UnreadableRows } from '../../../src/database';
import { Metrics } from '../../../src/telemetry';
import { databaseAt } from '../../support/database-config';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { upTo } from '../../support/times';

const TENANT = randomUUID();
const [READER, OTHER] = [randomUUID(), randomUUID()];

interface Written {
  readonly seq: number;
  /** null: the service. */
  readonly sender: string | null;
  readonly type: string;
  readonly deleted: boolean;
}

/** Throws with the seed's dice: the same each time. */
function dice(seed: number): (sides: number) => number {
  const bytes = createHash('shake256', { outputLength: 1_024 }).update(`${seed}`).digest();
  let at = 0;
  return (sides) => bytes.readUInt8(at++ % bytes.length) % sides;
}

/** Mostly ordinary messages of both, some of them deleted, and now and then the service's own. */
function anyMessages(roll: (sides: number) => number, count: number): Written[] {
  return upTo(count).map((seq) => {
    const kind = roll(10);
    const sender = kind < 2 ? null : kind < 4 ? READER : OTHER;
    return {
      seq,
      sender,
      type: kind === 0 ? 'system' : kind === 1 ? 'notice' : 'text',
      deleted: roll(5) === 0,
    };
  });
}

describe('the number of unread messages', () => {
  let testDatabase: TestDatabase;
  let client: Client;
  const db: Queryable = {
    query: async <Row>({ text }: { text: string }, values: readonly unknown[]) =>
      (await client.query(text, [...values])).rows as Row[],
  };

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    client = new Client({
      ...connectionOptions(databaseAt(testDatabase.url)),
      connectionString: testDatabase.url,
    });
    await client.connect();
    await client.query('INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[])', [
      TENANT,
      [READER, OTHER],
    ]);
  });
  afterAll(async () => {
    await client.end();
    await testDatabase.drop();
  });

  /** What the inbox says to a reader with these windows and this mark. */
  async function unread(
    messages: readonly Written[],
    windows: string,
    lastRead: number,
  ): Promise<number | undefined> {
    const { rows } = await client.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, last_seq, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', $5, gen_random_uuid(), now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at, last_read_seq, last_delivered_seq)
         SELECT id, $1, $2, 'member', $3, now(), $4, $4 FROM made
       ), stored AS (
         INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, sender_uuid, type, content, sent_at, deleted_at)
         SELECT uuid_v7_at(clock_timestamp()), id, m.seq, m.seq, m.sender, m.type, 'text', now(), CASE WHEN m.deleted THEN now() END
         FROM made, json_to_recordset($6) AS m (seq bigint, sender uuid, type text, deleted boolean)
       )
       SELECT id FROM made`,
      [TENANT, READER, windows, lastRead, messages.length, JSON.stringify(messages)],
    );
    const inbox = new InboxRepository(
      { retentionDays: 90, deletedAuditDays: 7, editWindowSeconds: 900 },
      new ReadableConversations(new UnreadableRows(new Metrics())),
    );
    const conversation = await inbox.one(db, { tenantId: TENANT, userId: READER }, rows[0]?.id as string);
    return conversation?.unreadCount;
  }

  /** By counting: messages of others, not deleted, not the service's announcements, readable, and after the mark. */
  function counted(
    messages: readonly Written[],
    readable: (seq: number) => boolean,
    lastRead: number,
  ): number {
    return messages.filter(
      ({ seq, sender, type, deleted }) =>
        seq > lastRead && readable(seq) && sender !== READER && type !== 'system' && !deleted,
    ).length;
  }

  it.each(upTo(40))('is what counting them would give (seed %d)', async (seed) => {
    const roll = dice(seed);
    const messages = anyMessages(roll, 1 + roll(60));
    const from = 1 + (roll(2) === 0 ? 0 : roll(messages.length));
    // Who writes has read what was there.
    const ownLast = Math.max(0, ...messages.filter(({ sender }) => sender === READER).map(({ seq }) => seq));
    const lastRead = ownLast + roll(messages.length - ownLast + 1);
    expect({ from, lastRead, unread: await unread(messages, `{[${from},)}`, lastRead) }).toEqual({
      from,
      lastRead,
      unread: counted(messages, (seq) => seq >= from, lastRead),
    });
  });

  it('leaves out what was written while its reader was away', async () => {
    const messages = upTo(10).map((seq) => ({ seq, sender: OTHER, type: 'text', deleted: false }));
    const readable = (seq: number): boolean => seq < 4 || seq >= 9;
    expect(counted(messages, readable, 2)).toBe(3);
    expect(await unread(messages, '{[1,4),[9,)}', 2)).toBe(3);
  });

  describe('among many', () => {
    const many = (count: number, deleted: (seq: number) => boolean = () => false): Written[] =>
      upTo(count).map((seq) => ({ seq, sender: OTHER, type: 'text', deleted: deleted(seq) }));

    it.each([
      [999, 999],
      [1_000, 1_000],
      [1_001, 1_000],
      [2_500, 1_000],
    ])('of %d is %d: a thousand means "or more"', async (count, expected) => {
      expect(await unread(many(count), '{[1,)}', 0)).toBe(expected);
    });

    it('of which some were deleted is still exact below a thousand', async () => {
      expect(
        await unread(
          many(1_500, (seq) => seq % 2 === 0),
          '{[1,)}',
          0,
        ),
      ).toBe(750);
    });

    it('of which more than a thousand were deleted or have expired is exact too', async () => {
      expect(
        await unread(
          many(1_500, (seq) => seq > 1),
          '{[1,)}',
          0,
        ),
      ).toBe(1);
    });
  });
});
