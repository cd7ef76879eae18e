import { Logger } from '@nestjs/common';
import { RevocationWatch } from './revocation-watch';
import type { RecentRevocations, SessionRevocationsRepository } from './session-revocations.repository';
import { ValidSessions } from './valid-sessions';
import { databaseAt } from '../../../test/support/database-config';

const ALICE = { tenantId: 't', userId: 'alice' };
const NOON = new Date('2026-06-01T12:00:00Z');
const TEN_SECONDS = 10_000;

/** Says what time it is, and what the test wants it to say. */
class Decisions implements Pick<SessionRevocationsRepository, 'decidedSince'> {
  readonly asked: { since: Date | null; overlapMs: number }[] = [];
  asOf = NOON;
  away = false;
  revocations: RecentRevocations['revocations'] = [];

  decidedSince(_db: unknown, since: Date | null, overlapMs: number): Promise<RecentRevocations> {
    this.asked.push({ since, overlapMs });
    if (this.away) return Promise.reject(new Error('Postgres is away'));
    return Promise.resolve({ asOf: this.asOf, revocations: this.revocations });
  }
}

describe('RevocationWatch', () => {
  let decisions: Decisions;
  let sessions: ValidSessions;
  let watch: RevocationWatch;
  let lines: unknown[];
  let uptime: jest.SpyInstance<number>;

  beforeEach(() => {
    uptime = jest.spyOn(performance, 'now').mockReturnValue(5_000);
    lines = [];
    for (const level of ['warn', 'log', 'error'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...said: unknown[]) => void lines.push(said[0]));
    decisions = new Decisions();
    sessions = new ValidSessions();
    const database = databaseAt('postgres://nowhere');
    watch = new RevocationWatch(database, decisions as unknown as SessionRevocationsRepository, sessions);
  });
  afterEach(() => jest.restoreAllMocks());

  it('makes known what it reads', async () => {
    decisions.revocations = [{ person: ALICE, validFrom: NOON }];
    await watch.run();
    expect(sessions.accept({ actor: ALICE, issuedAt: new Date(NOON.getTime() - 1) })).toBe(false);
  });

  it('looks back over all the time of the process at first, and ten seconds more', async () => {
    decisions.away = true;
    await watch.run();
    uptime.mockReturnValue(95_000);
    await watch.run();
    expect(decisions.asked).toEqual([
      { since: null, overlapMs: TEN_SECONDS },
      { since: null, overlapMs: 90_000 + TEN_SECONDS },
    ]);
  });

  it('looks back to ten seconds before the last look, by the database’s clock', async () => {
    await watch.run();
    uptime.mockReturnValue(95_000);
    decisions.asOf = new Date('2026-06-01T12:00:07Z');
    await watch.run();
    await watch.run();
    expect(decisions.asked.slice(1)).toEqual([
      { since: NOON, overlapMs: TEN_SECONDS },
      { since: decisions.asOf, overlapMs: TEN_SECONDS },
    ]);
  });

  it('looks back over the whole of an outage, and says so in two lines', async () => {
    await watch.run();
    decisions.away = true;
    for (let look = 0; look < 5; look++) await watch.run();
    decisions.away = false;
    decisions.asOf = new Date('2026-06-01T12:20:00Z');
    await watch.run();
    expect(decisions.asked.slice(1)).toEqual(Array(6).fill({ since: NOON, overlapMs: TEN_SECONDS }));
    expect(lines).toEqual([
      expect.objectContaining({ msg: expect.stringMatching(/not known/) }),
      expect.objectContaining({ msg: expect.stringMatching(/known again/) }),
    ]);
  });
});
