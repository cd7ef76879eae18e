import { randomBytes, randomUUID } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { ConfigModule } from '../../../src/config';
import { Database, DatabaseModule, type Tx } from '../../../src/database';
import { type ChatEvent, OutboxModule, OutboxRepository } from '../../../src/outbox';
import { OutboxEventsRepository } from '../../../src/outbox/publisher/outbox-events.repository';
import { configOn } from '../../support/config-on';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { UUID_V7 } from '../../support/patterns';
import { upTo } from '../../support/times';

const MANY = {
  name: 'test.many_events',
  text: `
    INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
      conversation_uuid, rev, payload, audience)
    SELECT n % 16, gen_random_uuid(), 'ConversationUpdated', 1, clock_timestamp(), repeat('0', 32), gen_random_uuid(),
      gen_random_uuid(), 1, '{}', '{}'
    FROM generate_series(1, 5000) AS n`,
};

/** By this transaction so far. */
const LOOKED_AT = {
  name: 'test.rows_looked_at',
  text: `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS looked
    FROM pg_stat_xact_user_tables WHERE relname = 'outbox'`,
};

describe('the outbox', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let module: TestingModule;
  let database: Database;
  let outbox: OutboxRepository;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    module = await Test.createTestingModule({
      imports: [ConfigModule.with(configOn(testDatabase.url)), DatabaseModule.with([]), OutboxModule],
    }).compile();
    await module.init();
    database = module.get(Database);
    outbox = module.get(OutboxRepository);
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  function anEvent(rev = 1, key = randomUUID()): Omit<ChatEvent, 'eventId' | 'occurredAt'> {
    const payload = { conversation: { id: key, name: 'ünï 😀 "\\' } };
    const where = { traceId: randomBytes(16).toString('hex'), tenantId: randomUUID(), key };
    return { eventType: 'ConversationCreated', schemaVersion: 1, rev, payload, ...where };
  }

  it('takes an event, and says when it happened by the clock of Postgres', async () => {
    const event = anEvent();
    const taken = await database.transaction((tx) => outbox.add(tx, event, []));
    expect(taken).toEqual({
      ...event,
      eventId: expect.stringMatching(UUID_V7),
      occurredAt: expect.any(Date),
    });
    const { rows } = await db.query('SELECT * FROM outbox WHERE conversation_uuid = $1', [event.key]);
    expect(rows).toEqual([
      expect.objectContaining({
        event_uuid: taken.eventId,
        event_type: 'ConversationCreated',
        schema_version: 1,
        occurred_at: taken.occurredAt,
        trace_id: event.traceId,
        tenant_uuid: event.tenantId,
        rev: '1',
        payload: event.payload,
      }),
    ]);
  });

  it('holds an event if and only if the change it tells of was committed', async () => {
    const event = anEvent();
    const work = database.transaction(async (tx) => {
      await outbox.add(tx, event, []);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    const { rowCount } = await db.query('SELECT FROM outbox WHERE conversation_uuid = $1', [event.key]);
    expect(rowCount).toBe(0);
  });

  it('keeps the events of a conversation in one of sixteen queues, in order', async () => {
    const key = randomUUID();
    await database.transaction(async (tx) => {
      for (const rev of upTo(20)) await outbox.add(tx, anEvent(rev, key), []);
    });
    const { rows } = await db.query<{ shard: number; rev: string }>(
      'SELECT shard, rev FROM outbox WHERE conversation_uuid = $1 ORDER BY position',
      [key],
    );
    expect(new Set(rows.map(({ shard }) => shard)).size).toBe(1);
    expect(rows.map(({ rev }) => Number(rev))).toEqual(upTo(20));
  });

  it('shares conversations out evenly between its queues', async () => {
    const { rows } = await db.query<{ shard: number; count: number }>(
      `SELECT outbox_shard(gen_random_uuid()) AS shard, count(*)::integer AS count
       FROM generate_series(1, 16000) GROUP BY 1 ORDER BY 1`,
    );
    expect(rows.map(({ shard }) => shard)).toEqual(upTo(16).map((n) => n - 1));
    for (const { count } of rows) expect(Math.abs(count - 1_000)).toBeLessThan(250);
  });

  it('finds and marks a few among very many that wait by looking at those few', async () => {
    const events = new OutboxEventsRepository();
    const rowsLookedAt = async (tx: Tx): Promise<number> => {
      const [{ looked = NaN } = {}] = await tx.query<{ looked: number }>(LOOKED_AT, []);
      return looked;
    };
    const rollback = new Error('nobody else is to publish these');
    const work = database.transaction(async (tx) => {
      await tx.query(MANY, []);
      const some = await events.waiting(tx, upTo(16), 4, []);
      expect(some.length).toBeGreaterThan(50);
      const before = await rowsLookedAt(tx);
      expect(await events.rows(tx, some)).toHaveLength(some.length);
      await events.markPublished(tx, some);
      expect((await rowsLookedAt(tx)) - before).toBeLessThanOrEqual(4 * some.length);
      expect(await events.rows(tx, some)).toEqual([]);
      throw rollback;
    });
    await expect(work).rejects.toBe(rollback);
  });
});
