import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { UUID_V7 } from '../../support/patterns';

/** Microseconds in the second half of a millisecond, of a second, of a day: where rounding would show. */
const MOMENTS = [
  '2000-01-01T00:00:00.000001Z',
  '2026-06-01T12:00:00.000000Z',
  '2026-06-01T12:00:00.000999Z',
  '2026-06-01T12:00:00.123456Z',
  '2026-12-31T23:59:59.999999Z',
  '2038-01-19T03:14:08.000500Z',
  '2099-12-31T23:59:59.999999Z',
];

describe('the ids of messages', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await testDatabase.drop();
  });

  /** The values of the one column that is selected. */
  async function select<T>(sql: string, ...values: unknown[]): Promise<T[]> {
    const { rows } = await db.query<{ value: T }>(`SELECT ${sql}`, values);
    return rows.map(({ value }) => value);
  }

  it('are UUIDs of version 7 and of the usual variant, and no two are alike', async () => {
    const ids = await select<string>('uuid_v7_at(now()) AS value FROM generate_series(1, 5000)');
    expect(ids.filter((id) => !UUID_V7.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(5_000);
  });

  it.each(MOMENTS)(
    'hold their moment in milliseconds, and the rest of it to the microsecond: %s',
    async (moment) => {
      const [id = ''] = await select<string>('uuid_v7_at($1) AS value', moment);
      const digits = id.replaceAll('-', '');
      expect(parseInt(digits.slice(0, 12), 16)).toBe(Date.parse(moment));
      const microseconds = Number(moment.slice(-4, -1));
      expect(Math.ceil((parseInt(digits.slice(13, 16), 16) * 1000) / 4096)).toBe(microseconds);
    },
  );

  it('ascend with time, a microsecond apart, over a second and its end', async () => {
    const unsorted = await select<boolean>(
      `id <= lag(id) OVER (ORDER BY n) AS value
       FROM generate_series(1, 20000) AS n,
         uuid_v7_at('2026-06-01T12:00:00.990Z'::timestamptz + n * interval '1 microsecond') AS id`,
    );
    expect(unsorted.filter(Boolean)).toEqual([]);
  });

  it.each(MOMENTS)(
    'are not below the floor of their moment, and above all that came a millisecond before: %s',
    async (moment) => {
      const [bounds] = await select<boolean[]>(
        `ARRAY[
         uuid_v7_floor(at) <= uuid_v7_at(at),
         uuid_v7_at(at - interval '1 millisecond') < uuid_v7_floor(at),
         uuid_v7_floor(at) = uuid_v7_floor(date_trunc('milliseconds', at))
       ] AS value FROM CAST($1 AS timestamptz) AS at`,
        moment,
      );
      expect(bounds).toEqual([true, true, true]);
    },
  );

  it('do not depend on the time zone of the connection', async () => {
    const floors = new Set<string>();
    for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns']) {
      await db.query(`SET timezone = '${zone}'`);
      const [floor = ''] = await select<string>(`uuid_v7_floor('2026-06-01T12:00:00Z') AS value`);
      floors.add(floor);
    }
    await db.query('RESET timezone');
    expect(floors.size).toBe(1);
  });
});
