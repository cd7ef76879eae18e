import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { TIME, UUID_V7 } from '../support/patterns';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

describe('a message', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
  });
  afterAll(() => world.stop());

  it('is answered with itself, when it is stored', async () => {
    const { status, headers, body } = await alice.says(chat, 'hello');
    expect(status).toBe(201);
    expect(headers).not.toHaveProperty('idempotent-replayed');
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V7),
      conversationId: chat.id,
      seq: 1,
      rev: chat.rev + 1,
      senderId: alice.id,
      type: 'text',
      content: 'hello',
      contentHtml: 'hello',
      payload: null,
      sentAt: expect.stringMatching(TIME),
      editedAt: null,
      deletedAt: null,
      expiresAt: null,
      clientMessageId: null,
      replyTo: null,
      metadata: null,
      status: 'sent',
    });
    expect((await bob.reads(chat)).body).toEqual({ items: [body], hasMore: false });
  });

  it.each([
    ['emoji', '👋🏽 👨‍👩‍👧‍👦 🏳️‍🌈'],
    ['combining marks, not composed', 'e\u0301 and \u00e9'],
    ['right-to-left text and its controls', 'שלום \u202eمرحبا\u202c'],
    ['markup', '<b>not bold</b> &amp; "quoted" \'too\''],
    ['white space around it', '  two lines\n\tand a tab  '],
    ['odd but valid characters', '\ufeff\u2028\u200b\uffff\u0001'],
    ['what other languages read as code', "'; DROP TABLE messages; -- ${x} {{x}} %s \\u0000 \\"],
  ])('comes back exactly as sent: %s', async (_what, content) => {
    const { body } = await alice.says(chat, content);
    expect(body.content).toBe(content);
    expect((await bob.finds(chat, body.id)).body.content).toBe(content);
    expect((await bob.inbox()).body.items[0]?.lastMessage?.content).toBe(content);
  });

  it('is counted in code points: 4,000 emoji are not too long, one more is', async () => {
    const { status, body } = await alice.says(chat, '🙂'.repeat(4_000));
    expect(status).toBe(201);
    expect(body.content).toHaveLength(8_000);
    expectProblem(await alice.says(chat, '🙂'.repeat(4_001)), 'validation_failed', 'content');
    expectProblem(await alice.says(chat, 'a'.repeat(4_001)), 'validation_failed', 'content');
  });

  it('T17 is made safe to insert in a page', async () => {
    const { body } = await alice.says(chat, '<img src=x onerror=alert(1)> https://a.example/?q="x"&r=1.');
    expect(body.contentHtml).toBe(
      '&lt;img src=x onerror=alert(1)&gt; ' +
        '<a href="https://a.example/?q=" rel="noopener nofollow">https://a.example/?q=</a>' +
        '&quot;x&quot;&amp;r=1.',
    );
  });

  it('carries metadata that is its sender’s own, up to 4 KiB', async () => {
    const metadata = { nested: { list: [1, null, 'é', { deep: true }] }, '': 0, '1': false };
    const { status, body } = await alice.says(chat, 'with metadata', { metadata });
    expect(status).toBe(201);
    expect(body.metadata).toEqual(metadata);
    expect((await bob.finds(chat, body.id)).body.metadata).toEqual(metadata);

    const ofBytes = (bytes: number): object => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
    expect((await alice.says(chat, 'just fits', { metadata: ofBytes(4_096) })).status).toBe(201);
    expectProblem(await alice.says(chat, 'x', { metadata: ofBytes(4_097) }), 'validation_failed', 'metadata');
  });

  it('T16 may use words of the language in its metadata, which mean nothing there', async () => {
    const metadata = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":"a","toString":1,"hasOwnProperty":null,"then":{},"length":-1}',
    ) as Record<string, unknown>;
    const { status, body } = await alice.says(chat, 'with metadata', { metadata });
    expect(status).toBe(201);
    const read = (await bob.finds(chat, body.id)).body.metadata ?? {};
    expect(Object.entries(read).sort()).toEqual(Object.entries(metadata).sort());
    expect({}).not.toHaveProperty('polluted');
  });

  it('says when it will disappear', async () => {
    const { body } = await alice.says(chat, 'gone tomorrow', { expiresInSeconds: 86_400 });
    expect(Date.parse(body.expiresAt ?? '') - Date.parse(body.sentAt)).toBe(86_400_000);
  });

  it('names the conversation by its id in capitals too', async () => {
    const { status, body } = await alice.says({ id: chat.id.toUpperCase() }, 'hello');
    expect({ status, id: body.conversationId }).toEqual({ status: 201, id: chat.id });
  });
});
