import { randomBytes, randomUUID } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { ConfigModule, loadConfig } from '../../../src/config';
import { Database, DatabaseModule } from '../../../src/database';
import { type ChatEvent, OutboxModule, OutboxRepository } from '../../../src/outbox';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { UUID_V7 } from '../../support/patterns';
import { upTo } from '../../support/times';

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
    const secrets = {
      JWT_SECRET: 'x'.repeat(32),
      SERVICE_TOKEN: 'x'.repeat(32),
      KAHA_SERVICE_TOKEN: 'x'.repeat(32),
    };
    const urls = {
      DATABASE_URL: testDatabase.url,
      REDIS_URL: 'redis://127.0.0.1',
      KAHA_BASE_URL: 'http://127.0.0.1',
    };
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.with(loadConfig({ ...secrets, ...urls })),
        DatabaseModule.with([]),
        OutboxModule,
      ],
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
});
