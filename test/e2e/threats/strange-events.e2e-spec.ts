import { randomUUID } from 'node:crypto';
import type { Person } from '../../support/chat-client';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { World } from '../../support/world';

/** What stands where an id or a text is expected: JSON, since no object here could be written so. `ID` is a good id. */
const VALUES = [
  'true',
  '0',
  '1e308',
  'null',
  '[]',
  '{}',
  '[ID]',
  '[[ID]]',
  '{"$ne":null}',
  '{"length":36}',
  '{"toString":ID}',
  '{"valueOf":ID}',
  '{"toJSON":ID}',
  '{"then":ID}',
  '{"__proto__":{"length":36}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"_placeholder":true,"num":0}',
  '"__proto__"',
  `"' OR '1'='1"`,
  '"\\u0000"',
  '"\\ud800"',
];

const POLLUTIONS = [
  '"__proto__":{"polluted":true}',
  '"__proto__":{"isAdmin":true},"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":true}',
  '"__defineGetter__":"polluted"',
  '"hasOwnProperty":1,"toString":1,"valueOf":1',
];

describe('T16 an event that is not what it seems', () => {
  let world: World;
  let alice: Person;
  let device: Device;
  let chat: { id: string };
  let messageId: string;
  let before: unknown[];
  beforeAll(async () => {
    world = await World.start();
    alice = world.person('Alice');
    chat = await alice.groupWith(world.person('Bob'));
    ({ id: messageId } = (await alice.says(chat, 'as it was')).body);
    device = await alice.connects();
    // Marked as published some time after it was committed.
    await eventually(async () =>
      expect(await world.database.query('SELECT FROM outbox WHERE published_at IS NULL')).toEqual([]),
    );
    before = await stored();
  });
  afterEach(async () => {
    expect(await stored()).toEqual(before);
    expect({}).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('isAdmin');
  });
  afterAll(async () => {
    device.leaves();
    await world.stop();
  });

  async function stored(): Promise<unknown[]> {
    const tables = ['users', 'conversations', 'participants', 'messages', 'outbox'];
    // When somebody was last seen, and what was published, is stored by itself.
    const rows = (table: string): string =>
      `SELECT to_jsonb(t) - 'last_seen_at' - 'published_at' AS row FROM ${table} t ORDER BY 1`;
    return Promise.all(tables.map((table) => world.database.query(rows(table))));
  }

  /** Each event with all of its fields, as JSON. */
  const events = (): [string, Record<string, string>][] => {
    const address = { conversationId: JSON.stringify(chat.id), messageId: JSON.stringify(messageId) };
    const message = {
      content: '"x"',
      type: '"text"',
      clientMessageId: `"${randomUUID()}"`,
      replyToId: address.messageId,
    };
    return [
      ['send_message', { conversationId: address.conversationId, ...message }],
      ['edit_message', { ...address, content: '"x"' }],
      ['delete_message', address],
      ['mark_as_read', { conversationId: address.conversationId, seq: '1' }],
      ['mark_as_delivered', { conversationId: address.conversationId, seq: '1' }],
      ['typing_start', { conversationId: address.conversationId }],
      ['typing_stop', { conversationId: address.conversationId }],
    ];
  };

  /** Said to the engine itself, since what a client would send is written by JSON.stringify. */
  const says = (event: string, json: string): void => {
    device.socket.io.engine.write(`2${JSON.stringify([event]).slice(0, -1)},${json}]`);
  };
  const isStillServed = async (): Promise<void> =>
    expect(await device.asks('send_message', {})).toMatchObject({
      ok: false,
      error: { code: 'validation_failed' },
    });

  it.each(VALUES)('is refused where a field is %s, and nobody is hurt', async (raw) => {
    const value = raw.replaceAll('ID', JSON.stringify(chat.id));
    for (const [event, fields] of events())
      for (const name of Object.keys(fields)) {
        const isText = name === 'content' && /^"(?!\\u)/.test(value);
        const isSeq = name === 'seq' && value === '0';
        if (isText || isSeq) continue;
        const body = { ...fields, [name]: value };
        const text = Object.entries(body).map(([field, json]) => `"${field}":${json}`);
        const ack = await device.asks(event, JSON.parse(`{${text.join()}}`));
        expect([event, name, ack]).toEqual([event, name, expect.objectContaining({ ok: false })]);
        if (!ack.ok) expect([event, name, ack.error.status]).toEqual([event, name, 400]);
      }
  });

  it.each(POLLUTIONS)('reaches no object but its own: %s', async (pollution) => {
    for (const [event, fields] of events()) {
      const text = Object.entries(fields).map(([field, json]) => `"${field}":${json}`);
      says(event, `{${text.join()},${pollution}}`);
    }
    for (const event of ['__proto__', 'constructor', 'hasOwnProperty']) says(event, `{${pollution}}`);
    await isStillServed();
  });

  it.each(POLLUTIONS)('is nobody’s way in: %s', async (pollution) => {
    const auth = JSON.parse(`{${pollution},"token":{"toString":"x"}}`) as Record<string, unknown>;
    await expect(Device.connect(world.nodeUrls[0] ?? '', { auth })).rejects.toThrow();
    await isStillServed();
  });
});
