import { Logger } from '@nestjs/common';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../../src/message-view';
import { CapturedLog } from '../../support/captured-log';
import type { Person } from '../../support/chat-client';
import { eventually } from '../../support/eventually';
import { request } from '../../support/rest';
import { World } from '../../support/world';

const nested = (levels: number): string =>
  `(repeat('{"a":', ${levels}) || '1' || repeat('}', ${levels}))::jsonb`;

/** What a restored backup, a script or another version may leave in a message, and clients can be shown. */
const ODD_MESSAGES: [string, string, string | null][] = [
  ['a type nobody knows', `type = 'hologram.v9'`, 'odd'],
  ['a type that is markup', `type = '<script>'`, 'odd'],
  ['a payload where its type has none', `payload = '{"a":1}'`, 'odd'],
  ['no content', `content = NULL`, null],
  ['nothing but its id', `content = NULL, sender_uuid = NULL, idempotency_key = NULL`, null],
  ['more content than anybody may send', `content = repeat('<', 20000)`, '<'.repeat(20_000)],
  ['a change before its beginning', `edited_at = '0001-01-01 BC'`, 'odd'],
  ['a reply to itself', `reply_to_uuid = message_uuid`, 'odd'],
  ['a reply to nothing', `reply_to_uuid = gen_random_uuid()`, 'odd'],
];

/** The same where no client could make anything of it. */
const UNSHOWABLE_MESSAGES: [string, string][] = [
  ['a payload that is a list', `payload = '[1,2]'`],
  ['a payload that is text', `payload = '"text"'`],
  ['metadata that is a number', `metadata = '7'`],
  ['metadata without end', `metadata = ${nested(9_000)}`],
  ['a time beyond all times', `sent_at = 'infinity'`],
  ['a time before all times', `edited_at = '-infinity'`],
  ['a time no calendar of ours has', `edited_at = '294000-01-01'`],
  ['no number', `seq = 0, created_rev = 0, rev = 0`],
];

describe('T21 a row that can not be', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let elsewhere: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    elsewhere = await bob.groupWith(alice);
  });
  afterAll(() => world.stop());

  const set = (table: string, setting: string, key: string, id: string): Promise<unknown> =>
    world.database.query(`UPDATE ${table} SET ${setting} WHERE ${key} = $1`, [id]);

  async function oneOfThreeBecomes(setting: string): Promise<MessageDto[]> {
    const sent: MessageDto[] = [];
    for (const content of ['before', 'odd', 'after']) sent.push((await alice.says(chat, content)).body);
    await set('messages', setting, 'message_uuid', sent[1]?.id ?? '');
    return sent;
  }

  const contents = async (person: Person): Promise<(string | null)[]> => {
    const { status, body } = await person.reads(chat);
    expect(status).toBe(200);
    return body.items.map(({ content }) => content);
  };

  it.each(ODD_MESSAGES)(
    'is shown as far as it can be: a message with %s',
    async (_what, setting, content) => {
      const [, odd] = await oneOfThreeBecomes(setting);
      for (const person of [alice, bob]) {
        expect(await contents(person)).toEqual(['before', content, 'after']);
        expect(await person.finds(chat, odd?.id ?? '')).toMatchObject({ status: 200, body: { content } });
      }
    },
  );

  it.each(UNSHOWABLE_MESSAGES)('costs nobody more than itself: a message with %s', async (_what, setting) => {
    const [, bad] = await oneOfThreeBecomes(setting);
    for (const person of [alice, bob]) {
      expect(await contents(person)).toEqual(['before', 'after']);
      expect((await person.finds(chat, bad?.id ?? '')).status).toBe(404);
    }
  });

  it.each(UNSHOWABLE_MESSAGES)(
    'costs no inbox its conversation: as the last message, %s',
    async (_what, setting) => {
      const { id } = (await alice.says(chat, 'bad')).body;
      await set('messages', setting, 'message_uuid', id);
      for (const person of [alice, bob]) {
        const { body } = await person.inbox();
        expect(body.items.map((item) => [item.id, item.lastMessage])).toEqual(
          expect.arrayContaining([
            [chat.id, null],
            [elsewhere.id, null],
          ]),
        );
        expect((await person.sees(chat)).body).toMatchObject({ id: chat.id, lastMessage: null });
      }
      expect((await bob.says(chat, 'never mind')).status).toBe(201);
      expect((await alice.changes(chat, { messageTtlSeconds: 60 })).status).toBe(200);
      expect((await alice.inbox()).body.items[0]).toMatchObject({
        id: chat.id,
        lastMessage: { type: 'system' },
      });
    },
  );

  it.each([
    ['made beyond all times', `created_at = 'infinity'`],
    ['last used before all times', `last_activity = '-infinity'`],
    ['last used beyond all times', `last_activity = 'infinity'`],
  ])('costs no inbox its other conversations, also page by page: one %s', async (_what, setting) => {
    await set('conversations', setting, 'conversation_uuid', chat.id);
    expect((await alice.sees(chat)).status).toBe(404);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await alice.inbox({ limit: 1, ...(cursor === null ? {} : { cursor }) });
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([elsewhere.id]);
  });

  it.each([
    ['joined beyond all times', `joined_at = 'infinity'`, 1],
    ['read more than there is', 'last_read_seq = 99, last_delivered_seq = 99', 2],
    ['may read what is not there yet', `windows = '{[1,2),[5,)}'`, 2],
  ])('costs nobody their conversation: a member who %s', async (_what, setting, shown) => {
    await alice.says(chat, 'hello');
    await world.database.query(
      `UPDATE participants SET ${setting} WHERE conversation_uuid = $1 AND user_uuid = $2`,
      [chat.id, bob.id],
    );
    for (const person of [alice, bob]) {
      expect((await person.sees(chat)).body.participants).toHaveLength(shown);
      expect((await person.inbox()).body.items).toHaveLength(2);
      expect(await contents(person)).toEqual(['hello']);
    }
    expect((await alice.says(chat, 'still here')).status).toBe(201);
  });

  it('shows nothing of another conversation that it points to', async () => {
    const carol = world.person('Carol');
    const secret = await carol.groupWith(bob);
    const { id: foreign } = (await carol.says(secret, 'not for Alice')).body;
    const { id } = (await bob.says(chat, 'look')).body;
    await set('messages', `reply_to_uuid = '${foreign}'`, 'message_uuid', id);
    const reply = await alice.finds(chat, id);
    expect(reply).toMatchObject({ status: 200, body: { content: 'look', replyTo: null } });
    await set('conversations', `last_message_uuid = '${foreign}'`, 'conversation_uuid', chat.id);
    expect((await alice.sees(chat)).body.lastMessage).toBeNull();
    expect(JSON.stringify([await alice.inbox(), await alice.reads(chat)])).not.toContain('not for Alice');
  });

  it('keeps no other message from expiring', async () => {
    const { id } = (await alice.says(chat, 'bad', { expiresInSeconds: 3_600 })).body;
    await set('messages', `sent_at = 'infinity', expires_at = now()`, 'message_uuid', id);
    const { id: sound } = (await alice.says(elsewhere, 'gone soon', { expiresInSeconds: 1 })).body;
    await eventually(async () =>
      expect((await bob.finds(elsewhere, sound)).body).toMatchObject({ content: null }),
    );
  });

  it('is counted and logged, without what it says', async () => {
    const log = new CapturedLog();
    try {
      await oneOfThreeBecomes(`content = 'what alice wrote', payload = '[]'`);
      for (let times = 0; times < 2; times++) await contents(alice);
      expect(log.lines({ level: 'error' })).toEqual([
        expect.objectContaining({ msg: 'a row can not be shown, it is left out', column: 'payload' }),
      ]);
      expect(log.text).not.toContain('what alice wrote');
      const { body } = await request<string>('GET', `${world.nodeUrls[0]}/metrics`);
      expect(body).toMatch(/^chat_unreadable_rows_total\{table="messages"\} [1-9]/m);
    } finally {
      Logger.overrideLogger(false);
    }
  });
});
