import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import type { Actor } from '../../../src/common/actor';
import { Database } from '../../../src/database';
import { UsersService, ValidSessions } from '../../../src/users';
import { RevocationWatch } from '../../../src/users/sessions/revocation-watch';
import { SessionRevocations } from '../../../src/users/sessions/session-revocations.service';
import { SessionRevocationsRepository } from '../../../src/users/sessions/session-revocations.repository';
import { UsersRepository } from '../../../src/users/users.repository';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { FaultProxy } from '../../support/faults/fault-proxy';
import { times } from '../../support/times';
import { startUsers, tokenOf } from '../../support/users-process';

const REVOKED = { code: 'unauthenticated' };
const HOUR_AGO = new Date(Date.now() - 3_600_000);

describe('tokens that are revoked', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let link: FaultProxy;
  let here: TestingModule;
  /** Another process, whose link to Postgres can be broken. */
  let there: TestingModule;
  let alice: Actor;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    link = await FaultProxy.to(testDatabase.url);
    [here, there] = await Promise.all([startUsers(testDatabase.url), startUsers(link.url)]);
  });
  beforeEach(() => {
    alice = { tenantId: randomUUID(), userId: randomUUID() };
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close(), db.end()]);
    link.close();
    await testDatabase.drop();
  });

  const uses = (process: TestingModule, issuedAt: Date | null = HOUR_AGO): Promise<void> =>
    process.get(UsersService).recognise(tokenOf(alice, issuedAt));
  const revokes = (process: TestingModule, before: Date | null = null): Promise<void> =>
    process.get(SessionRevocations).revoke(alice, before);
  const looks = (process: TestingModule): Promise<void> => process.get(RevocationWatch).run();

  async function row(): Promise<{ from: Date | null; lag: number } | undefined> {
    const { rows } = await db.query<{ from: Date | null; lag: number }>(
      `SELECT sessions_valid_from AS from, extract(epoch FROM now() - sessions_revoked_at)::double precision AS lag
       FROM users WHERE tenant_uuid = $1 AND user_uuid = $2`,
      [alice.tenantId, alice.userId],
    );
    return rows[0];
  }

  it('are refused at once where it was decided, and at another process after its next look', async () => {
    await Promise.all([uses(here), uses(there)]);
    await revokes(here);
    await expect(uses(here)).rejects.toMatchObject(REVOKED);
    await expect(uses(there)).resolves.toBeUndefined();
    await looks(there);
    await expect(uses(there)).rejects.toMatchObject(REVOKED);
    await expect(uses(there, null)).rejects.toMatchObject(REVOKED);
    await expect(uses(there, new Date(Date.now() + 1_000))).resolves.toBeUndefined();
  });

  it('are refused at first sight by a process that never heard of it', async () => {
    await revokes(here);
    await expect(uses(there)).rejects.toMatchObject(REVOKED);
  });

  it('are no others than this person’s', async () => {
    const elsewhere = { ...alice, tenantId: randomUUID() };
    await revokes(here);
    await looks(there);
    await expect(there.get(UsersService).recognise(tokenOf(elsewhere))).resolves.toBeUndefined();
  });

  it('are refused without a statement', async () => {
    await revokes(here);
    await uses(here).catch(() => undefined);
    const asked = jest.spyOn(Client.prototype, 'query');
    await expect(uses(here)).rejects.toMatchObject(REVOKED);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('are by default those from before now, to the millisecond, of somebody who was never here', async () => {
    expect(await row()).toBeUndefined();
    await revokes(here);
    const { from, lag } = (await row()) ?? {};
    expect(Math.abs(Date.now() - Number(from))).toBeLessThan(5_000);
    expect(lag).toBeLessThan(5);
    const { rows } = await db.query(
      `SELECT sessions_valid_from = date_trunc('milliseconds', sessions_valid_from) AS whole
       FROM users WHERE user_uuid = $1`,
      [alice.userId],
    );
    expect(rows).toEqual([{ whole: true }]);
  });

  it('stay revoked: the moment never moves back', async () => {
    const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')];
    await revokes(here, late);
    await revokes(there, early);
    expect((await row())?.from).toEqual(late);
    for (const process of [here, there]) {
      await looks(process);
      await expect(uses(process, new Date(late.getTime() - 1))).rejects.toMatchObject(REVOKED);
      await expect(uses(process, late)).resolves.toBeUndefined();
    }
  });

  it('end with the latest of many revocations at once, while they are used', async () => {
    const from = (n: number): Date => new Date(HOUR_AGO.getTime() + n * 1_000);
    await times(50, (n) =>
      n % 2 === 0
        ? revokes(n % 4 === 0 ? here : there, from(n))
        : uses(n % 4 === 1 ? here : there).catch(() => undefined),
    );
    await Promise.all([looks(here), looks(there)]);
    for (const process of [here, there]) {
      await expect(uses(process, from(47))).rejects.toMatchObject(REVOKED);
      await expect(uses(process, from(48))).resolves.toBeUndefined();
    }
  });

  it.each([
    ['a little ahead of the database’s clock', 4_000, true],
    ['further ahead', 60_000, false],
    ['in another age', Date.parse('9999-12-31T23:59:59Z') - Date.now(), false],
  ])('may be from before a time that is %s', async (_when, ahead, allowed) => {
    const before = new Date(Date.now() + ahead);
    const revoked = await revokes(here, before).catch((error: unknown) => error);
    expect(revoked).toEqual(allowed ? undefined : expect.objectContaining({ code: 'validation_failed' }));
    expect((await row())?.from).toEqual(allowed ? before : undefined);
  });

  it('are refused also when the row was read before it was decided, and arrives after it was heard of', async () => {
    const repository = there.get(UsersRepository);
    const read = repository.findOrCreate.bind(repository);
    let arrive = (): void => undefined;
    const held = new Promise<void>((resolve) => (arrive = resolve));
    let wasRead = (): void => undefined;
    const reading = new Promise<void>((resolve) => (wasRead = resolve));
    const slowly = jest.spyOn(repository, 'findOrCreate').mockImplementation(async (...args) => {
      const found = await read(...args);
      wasRead();
      await held;
      return found;
    });
    const first = uses(there).catch((error: unknown) => error);
    await reading;
    await revokes(here);
    await looks(there);
    arrive();
    expect(await first).toMatchObject(REVOKED);
    slowly.mockRestore();
    await expect(uses(there)).rejects.toMatchObject(REVOKED);
  });

  it('are heard of also when it was decided before a look and committed after it', async () => {
    await uses(there);
    await db.query('BEGIN');
    await db.query(
      `UPDATE users SET sessions_valid_from = now(), sessions_revoked_at = now()
       WHERE tenant_uuid = $1 AND user_uuid = $2`,
      [alice.tenantId, alice.userId],
    );
    await delay(50);
    for (let look = 0; look < 3; look++) await looks(there);
    await expect(uses(there)).resolves.toBeUndefined();
    await db.query('COMMIT');
    await looks(there);
    await expect(uses(there)).rejects.toMatchObject(REVOKED);
  });

  it('are heard of also when the database’s clock was set back', async () => {
    await revokes(here);
    const lastLook = new Date(Date.now() + 3_600_000);
    const repository = here.get(SessionRevocationsRepository);
    const { asOf, revocations } = await repository.decidedSince(here.get(Database), lastLook, 10_000);
    expect(revocations).toContainEqual(expect.objectContaining({ person: alice }));
    expect(asOf.getTime()).toBeLessThan(lastLook.getTime() - 3_000_000);
  });

  it('are heard of no longer than is needed', async () => {
    await revokes(here);
    const repository = here.get(SessionRevocationsRepository);
    await delay(20);
    expect((await repository.decidedSince(here.get(Database), null, 10)).revocations).toEqual([]);
  });

  it.each(['cut', 'hole'] as const)('are heard of after a time without Postgres (%s)', async (fault) => {
    const bob = { ...alice, userId: randomUUID() };
    const accepts = (actor: Actor): boolean => there.get(ValidSessions).accept(tokenOf(actor, HOUR_AGO));
    for (const actor of [alice, bob])
      await eventually(() => there.get(UsersService).recognise(tokenOf(actor, HOUR_AGO)));
    await looks(there);
    link.become(fault);
    await revokes(here);
    await looks(there);
    await here.get(SessionRevocations).revoke(bob, null);
    await looks(there);
    expect([accepts(alice), accepts(bob)]).toEqual([true, true]);
    link.become('none');
    await eventually(async () => {
      await looks(there);
      expect([accepts(alice), accepts(bob)]).toEqual([false, false]);
    });
    await expect(uses(there)).rejects.toMatchObject(REVOKED);
  });
});
