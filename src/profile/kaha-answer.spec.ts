import { randomUUID } from 'node:crypto';
import { FakeKaha } from '../../test/support/fake-kaha';
import { KahaProfileSource } from './kaha-profile-source';
import { ProfileSourceUnavailable, type UpstreamProfiles } from './profile-source';

const alice = randomUUID();
const shop = randomUUID();
const entry = (overrides: object = {}): object => ({
  uuid: alice,
  name: 'Alice',
  avatar_url: null,
  ...overrides,
});

describe('T22 what kaha-main-v3 answers', () => {
  const kaha = new FakeKaha();
  let source: KahaProfileSource;

  beforeAll(async () => {
    await kaha.start();
    source = new KahaProfileSource({ baseUrl: kaha.baseUrl, serviceToken: kaha.token });
  });
  afterAll(async () => {
    await source.onApplicationShutdown();
    await kaha.stop();
  });

  function fetchWhenAnswered(body: string | Uint8Array | object): Promise<UpstreamProfiles> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    kaha.behave({ kind: 'body', body: raw ? body : JSON.stringify(body) });
    return source.fetch({ users: new Set([alice]), businesses: new Set([shop]) });
  }

  it.each<[string, string | Uint8Array | object]>([
    ['nothing', ''],
    ['a page', '<html>Bad gateway</html>'],
    ['half of an answer', '{"users": [{"uuid": "'],
    ['null', 'null'],
    ['a list', []],
    ['an empty object', {}],
    ['no businesses', { users: [] }],
    ['no users', { businesses: [] }],
    ['null for a list', { users: null, businesses: [] }],
    ['an object for a list', { users: { 0: entry(), length: 1 }, businesses: [] }],
    ['lists hidden in a prototype', '{"__proto__": {"users": [], "businesses": []}}'],
    ['null for an entry', { users: [entry(), null], businesses: [] }],
    ['a list for an entry', { users: [[alice, 'Alice', null]], businesses: [] }],
    ['a name that is a number', { users: [entry({ name: 7 })], businesses: [] }],
    ['a name that is an object', { users: [entry({ name: { toString: 'x' } })], businesses: [] }],
    ['a missing name', { users: [entry({ name: undefined })], businesses: [] }],
    ['a null name', { users: [entry({ name: null })], businesses: [] }],
    ['a missing uuid', { users: [entry({ uuid: undefined })], businesses: [] }],
    ['a uuid that is a list', { users: [entry({ uuid: [alice] })], businesses: [] }],
    ['an avatar that is an object', { users: [entry({ avatar_url: {} })], businesses: [] }],
    ['a wrong entry that was not asked for', { users: [entry(), { uuid: randomUUID() }], businesses: [] }],
    ['a wrong business beside right users', { users: [entry()], businesses: [{ uuid: shop, name: 1 }] }],
    [
      'bytes that are not UTF-8',
      Buffer.from([...Buffer.from('{"users":[],"businesses":[],"x":"'), 0xff, 0x22, 0x7d]),
    ],
    ['brackets without end', '['.repeat(900_000)],
  ])('is an outage when it is %s', async (_what, body) => {
    await expect(fetchWhenAnswered(body)).rejects.toThrow(ProfileSourceUnavailable);
  });

  it('is taken over when it is right, fields from the future aside', async () => {
    const avatar = 'https://cdn.example/alice.png';
    const answer = await fetchWhenAnswered({
      users: [entry({ avatar_url: avatar, verified: true })],
      businesses: [{ uuid: shop, name: 'Tea house', avatar_url: null }],
      page: 1,
    });

    expect([...answer.users]).toEqual([[alice, { id: alice, name: 'Alice', avatarUrl: avatar }]]);
    expect([...answer.businesses]).toEqual([[shop, { id: shop, name: 'Tea house', avatarUrl: null }]]);
  });

  it('counts only for those who were asked for', async () => {
    const answer = await fetchWhenAnswered({
      users: [
        entry({ uuid: randomUUID() }),
        entry({ uuid: '__proto__' }),
        entry({ uuid: '' }),
        entry({ uuid: shop }),
      ],
      businesses: [entry()],
    });

    expect(answer.users.size + answer.businesses.size).toBe(0);
  });

  it('counts once for each: the first entry stays', async () => {
    const answer = await fetchWhenAnswered({ users: [entry(), entry({ name: 'Mallory' })], businesses: [] });

    expect(answer.users.get(alice)?.name).toBe('Alice');
  });

  it('is understood whatever the case of its ids', async () => {
    const answer = await fetchWhenAnswered({ users: [entry({ uuid: alice.toUpperCase() })], businesses: [] });

    expect(answer.users.get(alice)).toMatchObject({ id: alice, name: 'Alice' });
  });

  it.each([
    ['an unusable avatar', { avatar_url: 'javascript:alert(1)' }, { name: 'Alice', avatarUrl: null }],
    ['no avatar field', { avatar_url: undefined }, { name: 'Alice', avatarUrl: null }],
    ['a blank name', { name: ' \0 ' }, { name: `User ${alice.slice(-4)}`, avatarUrl: null }],
    ['a name with half a character', { name: 'Al\ud83dice' }, { name: 'Al\ufffdice', avatarUrl: null }],
  ])('keeps a profile with %s, without that value', async (_what, overrides, expected) => {
    const answer = await fetchWhenAnswered({ users: [entry(overrides)], businesses: [] });

    expect(answer.users.get(alice)).toEqual({ id: alice, ...expected });
  });

  it('is never quoted in the error, which goes to the log', async () => {
    const error: unknown = await fetchWhenAnswered('Alice lives here').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ProfileSourceUnavailable);
    expect((error as Error).message).not.toContain('Alice');
    expect((error as Error).cause).toBeUndefined();
  });
});
