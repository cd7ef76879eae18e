import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { Database } from '../../../src/database';
import { UsersService } from '../../../src/users';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { startUsers } from '../../support/users-process';

const TENANT = randomUUID();
const [ALICE, BOB] = [randomUUID(), randomUUID()];

describe('a change of privacy', () => {
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
    await users.ensure(module.get(Database), TENANT, [ALICE, BOB]);
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  const alice = { tenantId: TENANT, userId: ALICE };

  /** A group of Alice and Bob. @param window of Alice's membership */
  async function aGroup(window: string): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', $2, now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, member, 'member', windows::int8multirange, now()
         FROM made, (VALUES ($2::uuid, $4), ($3, '{[1,)}')) AS m (member, windows)
       )
       SELECT id FROM made`,
      [TENANT, ALICE, BOB, window],
    );
    return rows[0]?.id as string;
  }

  /** Of Alice and of Bob in each of these groups. */
  async function stamps(...groups: string[]): Promise<string[]> {
    const { rows } = await db.query<{ stamp: string }>(
      `SELECT p.stamp::text FROM unnest($1::uuid[]) WITH ORDINALITY AS g (id, nth)
       JOIN participants p ON p.conversation_uuid = g.id ORDER BY g.nth, p.user_uuid = $2`,
      [groups, BOB],
    );
    return rows.map(({ stamp }) => stamp);
  }

  it('stamps their own row in each of their conversations, and no other', async () => {
    const [one, two, left] = [await aGroup('{[1,)}'), await aGroup('{[1,)}'), await aGroup('{[1,5)}')];
    const before = await stamps(one, two, left);
    expect((await users.changePrivacy(alice, { readReceipts: false })).privacy.readReceipts).toBe(false);
    const after = await stamps(one, two, left);
    const changed = after.map((stamp, index) => stamp !== before[index]);
    expect(changed).toEqual([true, false, true, false, false, false]);
    expect(after[0]).toBe(after[2]);
  });

  it('stamps nothing when others see nothing else of them', async () => {
    const group = await aGroup('{[1,)}');
    await users.changePrivacy(alice, { readReceipts: false, lastSeen: 'everyone' });
    const before = await stamps(group);
    await users.changePrivacy(alice, { readReceipts: false });
    await users.changePrivacy(alice, { lastSeen: 'nobody' });
    expect(await stamps(group)).toEqual(before);
  });

  it('waits for a message that is being stored in one of them, before it touches any', async () => {
    const group = await aGroup('{[1,)}');
    await db.query('BEGIN');
    await db.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR NO KEY UPDATE', [group]);
    let returned = false;
    const change = users.changePrivacy(alice, { readReceipts: true }).finally(() => (returned = true));
    await delay(100);
    expect(returned).toBe(false);
    // What is being stored moves the mark of its sender: had the change the row already, each would wait for the other.
    await db.query('UPDATE participants SET last_delivered_seq = 1 WHERE conversation_uuid = $1', [group]);
    await db.query('COMMIT');
    expect((await change).privacy.readReceipts).toBe(true);
  });

  it('is of what is named, and leaves the rest', async () => {
    await users.changePrivacy(alice, { readReceipts: false });
    expect((await users.changePrivacy(alice, { lastSeen: 'nobody' })).privacy).toEqual({
      readReceipts: false,
      lastSeen: 'nobody',
    });
    expect((await users.changePrivacy(alice, { readReceipts: true })).privacy).toEqual({
      readReceipts: true,
      lastSeen: 'nobody',
    });
    expect((await users.find({ ...alice, userId: BOB })).privacy.lastSeen).toBe('everyone');
  });
});
