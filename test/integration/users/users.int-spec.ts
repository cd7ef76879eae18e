import { randomUUID } from 'node:crypto';
import type { TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { Database } from '../../../src/database';
import { UsersService } from '../../../src/users';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times } from '../../support/times';
import { startUsers, tokenOf } from '../../support/users-process';

describe('a user', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let module: TestingModule;
  let users: UsersService;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    module = await startUsers(testDatabase.url);
    users = module.get(UsersService);
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  const somebody = () => ({ tenantId: randomUUID(), userId: randomUUID() });

  async function somebodyThere(): Promise<ReturnType<typeof somebody>> {
    const person = somebody();
    await db.query('INSERT INTO users (tenant_uuid, user_uuid) VALUES ($1, $2)', [
      person.tenantId,
      person.userId,
    ]);
    return person;
  }

  async function statementsOf(work: () => Promise<unknown>): Promise<number> {
    const asked = jest.spyOn(Client.prototype, 'query');
    await work();
    const count = asked.mock.calls.length;
    asked.mockRestore();
    return count;
  }

  it('is there from first sight on, and hides nothing', async () => {
    const alice = somebody();
    const seen = await users.find(alice);
    expect(seen).toEqual({
      id: alice.userId,
      tenantId: alice.tenantId,
      createdAt: expect.any(Date),
      privacy: { readReceipts: true, lastSeen: 'everyone' },
    });
    expect(await users.find(alice)).toEqual(seen);
  });

  it('is one, however many see them first at the same moment', async () => {
    const alice = somebody();
    const seen = await times(30, () => users.find(alice));
    expect(new Set(seen.map(({ createdAt }) => Number(createdAt))).size).toBe(1);
  });

  it('is found also when a neighbour has just made the row and not yet committed it', async () => {
    const alice = somebody();
    await db.query('BEGIN');
    await db.query('INSERT INTO users (tenant_uuid, user_uuid) VALUES ($1, $2)', [
      alice.tenantId,
      alice.userId,
    ]);
    const seen = users.find(alice);
    await db.query('COMMIT');
    expect(await seen).toMatchObject({ id: alice.userId });
  });

  it('of another tenant with the same id is somebody else', async () => {
    const alice = somebody();
    const namesake = { ...alice, tenantId: randomUUID() };
    await users.find(alice);
    await db.query('UPDATE users SET read_receipts = false WHERE tenant_uuid = $1', [alice.tenantId]);
    expect((await users.find(alice)).privacy.readReceipts).toBe(false);
    expect((await users.find(namesake)).privacy.readReceipts).toBe(true);
  });

  it('costs one statement at first sight and none after', async () => {
    const alice = somebody();
    expect(await statementsOf(() => users.recognise(tokenOf(alice)))).toBe(1);
    expect(await statementsOf(() => users.recognise(tokenOf(alice)))).toBe(0);
    expect(await statementsOf(() => users.recognise(tokenOf({ ...alice, tenantId: randomUUID() })))).toBe(1);
  });

  it('costs no statement of their own when many come at once, known ones and new ones', async () => {
    const [known, others] = [await times(300, somebodyThere), Array.from({ length: 3 }, somebody)];
    const [alice] = known;
    const all = [...known, ...others, { ...somebody(), userId: alice?.userId ?? '' }, ...known];
    const statements = await statementsOf(async () => {
      const seen = await Promise.all(all.map((person) => users.find(person)));
      expect(seen.map(({ id, tenantId }) => ({ tenantId, userId: id }))).toEqual(all);
    });
    expect(statements).toBeLessThan(15);
  });

  it('who is looked at is not written again', async () => {
    const alice = somebody();
    await users.find(alice);
    const version = () =>
      db.query<{ xmin: string }>('SELECT xmin FROM users WHERE user_uuid = $1', [alice.userId]);
    const [before] = (await version()).rows;
    await users.find(alice);
    expect((await version()).rows).toEqual([before]);
  });

  it('can be named by others before they ever came, by several at once and in any order', async () => {
    const tenant = randomUUID();
    const ids = Array.from({ length: 5 }, () => randomUUID());
    const database = module.get(Database);
    await times(20, (n) =>
      database.transaction((tx) => users.ensure(tx, tenant, n % 2 === 0 ? ids : ids.toReversed())),
    );
    expect((await db.query('SELECT FROM users WHERE tenant_uuid = $1', [tenant])).rowCount).toBe(5);
  });
});
