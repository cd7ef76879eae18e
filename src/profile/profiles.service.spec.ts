import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { FakeKaha } from '../../test/support/fake-kaha';
import { KahaProfileSource } from './kaha-profile-source';
import type { ProfileIds } from './profile-source';
import { ProfilesService } from './profiles.service';

const alice = randomUUID();
const stranger = randomUUID();
const shop = randomUUID();
const closedShop = randomUUID();
const everybody: ProfileIds = { users: new Set([alice, stranger]), businesses: new Set([shop, closedShop]) };
const nobody: ProfileIds = { users: new Set(), businesses: new Set() };

/** Takes over Nest's log and keeps it as lines of `level`, `message`. */
function recordLog(): [level: string, entry: unknown][] {
  const lines: [string, unknown][] = [];
  const level = (name: string) => (entry: unknown) => void lines.push([name, entry]);
  Logger.overrideLogger({ log: level('log'), warn: level('warn'), error: level('error') });
  return lines;
}

describe('ProfilesService', () => {
  let kaha: FakeKaha;
  let source: KahaProfileSource;
  let profiles: ProfilesService;
  let log: [level: string, entry: unknown][];

  beforeEach(async () => {
    log = recordLog();
    kaha = await new FakeKaha().start();
    kaha.knowsUsers({ uuid: alice, name: 'Alice', avatar_url: 'https://cdn.example/alice.png' });
    kaha.knowsBusinesses({ uuid: shop, name: 'Tea house', avatar_url: null });
    source = new KahaProfileSource({ baseUrl: kaha.baseUrl, serviceToken: kaha.token });
    profiles = new ProfilesService(source);
  });
  afterEach(async () => {
    await source.onApplicationShutdown();
    await kaha.stop();
    Logger.overrideLogger(true);
  });

  describe('profilesFor', () => {
    it('shows people and businesses as upstream knows them now', async () => {
      const before = Date.now();

      const shown = await profiles.profilesFor(everybody);

      expect(shown.user(alice)).toEqual({
        id: alice,
        name: 'Alice',
        avatarUrl: 'https://cdn.example/alice.png',
        stale: false,
        asOf: expect.any(String),
      });
      expect(shown.business(shop)).toMatchObject({ name: 'Tea house', avatarUrl: null, stale: false });
      const asOf = Date.parse(shown.user(alice).asOf ?? '');
      expect(asOf).toBeGreaterThanOrEqual(before);
      expect(asOf).toBeLessThanOrEqual(Date.now());
    });

    it('takes one call for a whole page', async () => {
      await profiles.profilesFor(everybody);

      expect(kaha.calls).toHaveLength(1);
    });

    it('shows a placeholder, which is the truth, for those upstream does not know', async () => {
      const shown = await profiles.profilesFor(everybody);

      expect(shown.user(stranger)).toEqual({
        id: stranger,
        name: `User ${stranger.slice(-4)}`,
        avatarUrl: null,
        stale: false,
        asOf: expect.any(String),
      });
      expect(shown.business(closedShop)).toMatchObject({
        name: `Business ${closedShop.slice(-4)}`,
        stale: false,
      });
    });

    it('shows stale placeholders while upstream is away', async () => {
      kaha.behave({ kind: 'status', status: 500 });

      const shown = await profiles.profilesFor(everybody);

      const missing = { avatarUrl: null, stale: true, asOf: null };
      expect(shown.user(alice)).toEqual({ id: alice, name: `User ${alice.slice(-4)}`, ...missing });
      expect(shown.business(shop)).toEqual({ id: shop, name: `Business ${shop.slice(-4)}`, ...missing });
    });

    it('makes no claim about those who were not asked for', async () => {
      const shown = await profiles.profilesFor({ ...nobody, users: new Set([alice]) });

      expect(shown.user(stranger)).toMatchObject({ stale: true, asOf: null });
      expect(shown.business(alice)).toMatchObject({ stale: true, asOf: null });
    });

    it('finds ids in either case', async () => {
      const shown = await profiles.profilesFor({ ...nobody, users: new Set([alice.toUpperCase()]) });

      expect(shown.user(alice)).toMatchObject({ id: alice, name: 'Alice' });
      expect(shown.user(alice.toUpperCase())).toEqual(shown.user(alice));
    });
  });

  describe('the unknown', () => {
    it('names those whom upstream does not know', async () => {
      expect((await profiles.profilesFor(everybody)).unknown).toEqual({
        users: [stranger],
        businesses: [closedShop],
      });
    });

    it('knows a person from a business', async () => {
      expect(
        (await profiles.profilesFor({ users: new Set([shop]), businesses: new Set([alice]) })).unknown,
      ).toEqual({
        users: [shop],
        businesses: [alice],
      });
    });

    it('names no one while upstream is away', async () => {
      kaha.behave({ kind: 'body', body: '{}' });

      expect((await profiles.profilesFor(everybody)).unknown).toEqual({ users: [], businesses: [] });
    });

    it('asks nothing about no one', async () => {
      expect((await profiles.profilesFor(nobody)).unknown).toEqual({ users: [], businesses: [] });
      expect(kaha.calls).toHaveLength(0);
    });
  });

  describe('the log', () => {
    it('has an outage once, with its end, however many reads it meets', async () => {
      kaha.behave({ kind: 'reset' });
      for (let read = 0; read < 3; read++) await profiles.profilesFor(everybody);
      await profiles.profilesFor(nobody);
      kaha.behave({ kind: 'ok' });
      for (let read = 0; read < 3; read++) await profiles.profilesFor(everybody);

      expect(log).toEqual([
        ['warn', { msg: 'profile source is away, placeholders are shown', err: expect.any(Error) }],
        ['log', { msg: 'profile source answers again' }],
      ]);
    });

    it('names no one', async () => {
      kaha.behave({ kind: 'body', body: `{"users": [{"uuid": "${alice}", "name": 7}], "businesses": []}` });
      await profiles.profilesFor(everybody);

      const [[, { err }]] = log as [[string, { err: Error }]];
      expect(`${err.message} ${err.stack}`).not.toContain(alice);
    });
  });
});
