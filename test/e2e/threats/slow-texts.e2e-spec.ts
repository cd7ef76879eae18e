import type { Person } from '../../support/chat-client';
import { expectProblem } from '../../support/problem';
import { request } from '../../support/rest';
import { World } from '../../support/world';

/** Made longer, each is a worst case of some search: for addresses, escapes, tokens, ids, headers or paths. */
const IN_MESSAGES: [string, (length: number) => string][] = [
  ['schemes', (length) => 'http://'.repeat(length / 7)],
  ['addresses', (length) => 'http://a.example '.repeat(length / 17)],
  ['an address of dots', (length) => `http://${'a.'.repeat(length / 2 - 4)}`],
  ['an address of punctuation', (length) => `http://a${'.,;:!?)]}'.repeat(length / 9 - 1)}`],
  [
    'an address of brackets',
    (length) => `http://a/${'('.repeat(length / 2 - 5)}${')'.repeat(length / 2 - 5)}`,
  ],
  ['an address of percent signs', (length) => `http://a/${'%'.repeat(length - 9)}`],
  ['an address of letters from afar', (length) => `http://${'ü'.repeat(length - 7)}`],
  ['an address of numbers', (length) => `http://${'1.'.repeat(length / 2 - 4)}1`],
  ['colons and slashes', (length) => '://'.repeat(length / 3)],
  ['escapes', (length) => '&'.repeat(length)],
  ['tags', (length) => '<a href="http://'.repeat(length / 16)],
  ['white space', (length) => `${' '.repeat(length - 1)}x`],
  ['marks on one letter', (length) => `e${'\u0301'.repeat(length - 1)}`],
];

const LONGEST = 4_000;
const ROUNDS = 3;
/** What a request may cost more for being long: a square of these lengths costs seconds. */
const MOST_MS = 200;

/** The time on the processor, of the service and its client here: the least of a few, in milliseconds. */
async function cheapest(ask: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await ask();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

describe('T18 a text that was made to be slow', () => {
  let world: World;
  let url: string;
  let alice: Person;
  let chat: { id: string };
  beforeAll(async () => {
    world = await World.start();
    [url = ''] = world.nodeUrls;
    alice = world.person('Alice');
    chat = await alice.chatWith(world.person('Bob'));
    await cheapest(() => alice.says(chat, 'warm'));
  });
  afterAll(() => world.stop());

  /** Not elapsed time, which is the machine's as much as ours. */
  async function expectModesty(ask: (length: number) => Promise<unknown>, length: number): Promise<void> {
    const [short, long] = [await cheapest(() => ask(100)), await cheapest(() => ask(length))];
    expect(long - short).toBeLessThan(MOST_MS);
  }

  it.each(IN_MESSAGES)('costs little, however long, as a message: %s', async (_what, text) => {
    await expectModesty(async (length) => {
      const { status } = await alice.says(chat, text(length));
      expect(status).toBe(201);
    }, LONGEST);
  });

  it('costs little where hundreds of them are read at once', async () => {
    for (let times = 0; times < 100; times++)
      await alice.says(chat, 'http://a.,;:!?)]}'.repeat(LONGEST / 17));
    await expectModesty((length) => alice.reads(chat, { limit: Math.round(length / 40) }), LONGEST);
  });

  const repeated = (piece: string) => (length: number) => piece.repeat(Math.ceil(length / piece.length));
  it.each<[string, (length: number) => string]>([
    ['spaces', repeated(' ')],
    ['dots', repeated('.')],
    ['letters', repeated('A')],
    ['parts of a token', repeated('eyJ.')],
    ['a scheme that never ends', (length) => `Bearer${' '.repeat(length)}`],
    ['words', repeated('Bearer ')],
  ])('costs little, however long, as a token: %s', async (_what, text) => {
    await expectModesty(async (length) => {
      const headers = { authorization: `Bearer ${text(length)}` };
      expect((await request('GET', `${url}/v1/users/me`, { headers })).status).toBe(401);
    }, 8_000);
  });

  it.each<[string, string, (length: number) => string]>([
    ['x-request-id', 'token characters', repeated('a')],
    ['traceparent', 'zeros', repeated('0')],
    ['traceparent', 'hyphens', repeated('00-')],
    ['idempotency-key', 'groups', repeated('0000-')],
    ['origin', 'dots', (length) => `https://${'a.'.repeat(length / 2)}`],
    ['x-forwarded-for', 'hops', repeated('1.1.1.1, ')],
    ['x-forwarded-for', 'commas', repeated(',')],
    ['accept', 'wild cards', repeated('*/*,')],
    ['content-type', 'parameters', (length) => `application/json;${' a=b;'.repeat(length / 5)}`],
    ['content-type', 'quotes', (length) => `application/json;a="${'\\"'.repeat(length / 2)}`],
  ])('costs little, however long, as %s: %s', async (name, _what, text) => {
    await expectModesty(
      (length) => alice.asks('POST', '/v1/conversations', { headers: { [name]: text(length) }, body: {} }),
      8_000,
    );
  });

  it.each<[string, (length: number) => string]>([
    ['segments', (length) => `/v1${'/a'.repeat(length / 2)}`],
    ['slashes', (length) => `/v1${'/'.repeat(length)}`],
    ['encoded letters', (length) => `/v1/conversations/${'%61'.repeat(length / 3)}`],
    ['broken encodings', (length) => `/v1/conversations/${'%'.repeat(length)}`],
    ['a cursor', (length) => `/v1/conversations?cursor=${'A'.repeat(length)}`],
    ['parameters', (length) => `/v1/conversations?${'a&'.repeat(length / 2)}`],
    ['the same parameter', (length) => `/v1/conversations?${'limit=1&'.repeat(length / 8)}`],
    ['digits', (length) => `/v1/conversations?limit=${'1'.repeat(length)}`],
  ])('costs little, however long, as an address: %s', async (_what, path) => {
    await expectModesty(async (length) => {
      const { status } = await alice.asks('GET', path(length));
      expect([400, 404, 414]).toContain(status);
    }, 8_000);
  });

  const people = (length: number, item: string): string =>
    `{"type":"group","participantIds":[${repeated(`${item},`)(length)}${item}]}`;
  it.each<[string, (length: number) => string]>([
    ['levels', (length) => `{"metadata":${'{"a":'.repeat(length / 6)}1${'}'.repeat(length / 6)}}`],
    ['lists', (length) => `{"metadata":${'['.repeat(length / 2)}${']'.repeat(length / 2)}}`],
    [
      'fields nobody knows',
      (length) => `{${Array.from({ length: length / 15 }, (_, n) => `"f${n}":0`).join()}}`,
    ],
    ['one field again and again', (length) => `{${repeated('"content":"",')(length)}"content":""}`],
    ['escapes', (length) => `{"content":"${'\\u0041'.repeat(length / 6)}","more":0}`],
    ['empty objects', (length) => `{"metadata":{"a":[${'{},'.repeat(length / 3)}{}]}}`],
    ['backslashes', (length) => `{"metadata":{"a":"${'\\\\'.repeat(length / 2)}"}}`],
    ['digits', (length) => `{"expiresInSeconds":${'9'.repeat(length)}}`],
    ['white space', (length) => `${' '.repeat(length)}{}`],
    ['one person again and again', (length) => people(length, `"${alice.id}"`)],
    ['people who are none', (length) => people(length, '0')],
  ])('costs little, however long, as a body: %s', async (what, json) => {
    const path = /person|people/.test(what) ? '/v1/conversations' : `/v1/conversations/${chat.id}/messages`;
    await expectModesty(async (length) => {
      const answer = await alice.asks('POST', path, { body: json(length) });
      expectProblem(answer, 'validation_failed');
      expect(JSON.stringify(answer.body).length).toBeLessThan(10_000);
    }, 120_000);
  });
});
