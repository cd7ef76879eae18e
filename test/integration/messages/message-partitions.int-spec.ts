import { Pool } from 'pg';
import type { Queryable } from '../../../src/database';
import { MessagePartitions } from '../../../src/messages';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times } from '../../support/times';

const partitions = new MessagePartitions();

/** `messages_2026_01`, counted in months from this one. */
function leafOf(monthsFromNow: number): string {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsFromNow));
  return `messages_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

describe('the partitions of messages', () => {
  let testDatabase: TestDatabase;
  let pool: Pool;
  const db: Queryable = {
    query: async <Row>({ text }: { text: string }, values: readonly unknown[]) =>
      (await pool.query(text, [...values])).rows as Row[],
  };

  beforeEach(async () => {
    testDatabase = await createTestDatabase();
    pool = new Pool({ connectionString: testDatabase.url, max: 6 });
    pool.on('error', () => undefined);
  });
  afterEach(async () => {
    await pool.end();
    await testDatabase.drop();
  });

  async function leaves(): Promise<string[]> {
    const { rows } = await pool.query<{ leaf: string }>(
      `SELECT inhrelid::regclass::text AS leaf FROM pg_inherits WHERE inhparent = 'messages'::regclass ORDER BY 1`,
    );
    return rows.map(({ leaf }) => leaf);
  }

  it('are there for this month, the one before and the next, from the first migration on', async () => {
    expect(await leaves()).toEqual([-1, 0, 1].map(leafOf));
    await expect(partitions.ensure(db)).resolves.toBe(0);
  });

  it('are made where they are missing, and only there', async () => {
    for (const month of [0, 1]) await pool.query(`DROP TABLE ${leafOf(month)}`);
    await expect(partitions.ensure(db)).resolves.toBe(2);
    await expect(partitions.ensure(db)).resolves.toBe(0);
    expect(await leaves()).toEqual([-1, 0, 1].map(leafOf));
  });

  it('are made once when several nodes find them missing at the same moment', async () => {
    for (const leaf of await leaves()) await pool.query(`DROP TABLE ${leaf}`);
    const made = await times(6, () => partitions.ensure(db));
    expect(made.reduce((sum, count) => sum + count)).toBe(3);
    expect(await leaves()).toEqual([-1, 0, 1].map(leafOf));
  });

  it('are made while messages are read', async () => {
    await pool.query(`DROP TABLE ${leafOf(1)}`);
    const reader = await pool.connect();
    try {
      await reader.query('BEGIN; SELECT FROM messages');
      await expect(partitions.ensure(db)).resolves.toBe(1);
    } finally {
      await reader.query('ROLLBACK');
      reader.release();
    }
  });

  it('each have all the indexes that reads and constraints rely on', async () => {
    const { rows } = await pool.query<{ leaf: string; indexes: string[] }>(
      `SELECT tablename AS leaf, array_agg(replace(indexname, tablename, '') ORDER BY indexname) AS indexes
       FROM pg_indexes WHERE tablename LIKE 'messages\\_%' GROUP BY 1 ORDER BY 1`,
    );
    const indexes = [
      ...['_changed', '_expiring', '_idempotency', '_pkey', '_reply_to_uuid_idx', '_seq', '_uncounted'],
      '_unscrubbed',
    ];
    expect(rows).toEqual([-1, 0, 1].map((month) => ({ leaf: leafOf(month), indexes })));
  });

  it('end without a gap where the next begins, at midnight UTC of the first', async () => {
    const { rows } = await pool.query<{ bound: string }>(
      `SELECT pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'messages'::regclass ORDER BY c.relname`,
    );
    const bounds = rows.map(({ bound }) => /FROM \('(.*)'\) TO \('(.*)'\)/.exec(bound)?.slice(1) ?? []);
    expect(bounds.map(([from]) => from).slice(1)).toEqual(bounds.map(([, to]) => to).slice(0, -1));
    const milliseconds = bounds.map(([from = '']) => parseInt(from.replaceAll('-', '').slice(0, 12), 16));
    const firsts = [-1, 0, 1].map((month) =>
      Date.parse(`${leafOf(month).slice(9).replace('_', '-')}-01T00:00:00Z`),
    );
    expect(milliseconds).toEqual(firsts);
  });

  it.each([
    [-1, '1 microsecond before this month'],
    [0, 'the first moment of this month'],
    [0, '1 microsecond before the next month'],
    [1, 'the first moment of the next month'],
  ])('take in, %d months from now, what was written at %s', async (month, moment) => {
    const from = `date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`;
    const next = `(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'`;
    const at =
      (moment.includes('next') ? next : from) +
      (moment.startsWith('1 ') ? ` - interval '1 microsecond'` : '');
    const { rows } = await pool.query<{ leaf: string }>(
      `INSERT INTO messages (message_uuid, conversation_uuid, seq, rev, type, sent_at)
       SELECT uuid_v7_at(at), gen_random_uuid(), 1, 1, 'text', at FROM (SELECT ${at} AS at) AS moment
       RETURNING tableoid::regclass::text AS leaf`,
    );
    expect(rows).toEqual([{ leaf: leafOf(month) }]);
  });

  it('are counted in days from now to the end of the last', async () => {
    const now = new Date();
    const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 2);
    expect(await partitions.daysAhead(db)).toBeCloseTo((end - Date.now()) / 86_400_000, 1);
    for (const leaf of await leaves()) await pool.query(`DROP TABLE ${leaf}`);
    await expect(partitions.daysAhead(db)).resolves.toBe(0);
  });
});
