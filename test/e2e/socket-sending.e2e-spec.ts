import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Ack } from '../../src/realtime/socket-contract';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblemObject, type RefusalCode } from '../support/problem';
import { REFUSED_BODIES } from '../support/refused-bodies';
import { times } from '../support/times';
import { World } from '../support/world';

describe('a message sent by socket', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let device: Device;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    device = await alice.connects();
  });
  afterEach(() => device.leaves());
  afterAll(() => world.stop());

  function expectRefusal(ack: Ack<unknown>, code: RefusalCode, ...paths: string[]): void {
    expect(ack).toEqual({ ok: false, error: expect.anything() });
    if (!ack.ok) expectProblemObject(ack.error, code, ...paths);
  }

  it('is acknowledged with itself, as REST would answer', async () => {
    const key = randomUUID();
    const ack = await device.says(chat, 'hello 👋🏽', { clientMessageId: key, metadata: { a: 1 } });
    const stored = await alice.sends(chat, { content: 'hello 👋🏽', metadata: { a: 1 }, clientMessageId: key });
    expect(stored.status).toBe(200);
    expect(ack).toEqual({ ok: true, data: stored.body });
    expect((await bob.reads(chat)).body.items).toEqual([stored.body]);
  });

  it('needs no acknowledgement', async () => {
    device.socket.emit('send_message', { conversationId: chat.id, content: 'no answer needed' });
    await eventually(async () => expect((await bob.reads(chat)).body.items).toHaveLength(1));
  });

  it('is one message, however often and by whichever door it comes', async () => {
    const key = { clientMessageId: randomUUID() };
    const elsewhere = await alice.at(1).connects();
    const sent = await times(20, async (index) => {
      if (index % 4 === 0) return (await alice.at(1).says(chat, 'once', key)).body.id;
      const ack = await (index % 2 ? device : elsewhere).says(chat, 'once', key);
      return ack.ok ? ack.data.id : ack.error.code;
    });
    expect(new Set(sent).size).toBe(1);
    expect((await bob.reads(chat)).body.items.map(({ id }) => id)).toEqual([sent[0]]);
    expectRefusal(await elsewhere.says(chat, 'other', key), 'idempotency_key_reused');
  });

  const bodies = REFUSED_BODIES.map(([what, body, path]) => [what, asObject(body), path] as const);
  it.each(bodies)('T03 T16 is refused: %s', async (_what, body, path) => {
    const payload = isObject(body) ? { conversationId: chat.id, ...body } : body;
    expectRefusal(await device.asks('send_message', payload), 'validation_failed', ...(path ? [path] : []));
    expect((await bob.reads(chat)).body.items).toEqual([]);
  });

  it.each([
    ['no conversation', [{ content: 'x' }]],
    ['a conversation that is no UUID', [{ conversationId: 'general', content: 'x' }]],
    ['nothing', []],
    ['undefined', [undefined]],
    ['two bodies', [{ content: 'x' }, { content: 'y' }]],
  ])('is refused with %s', async (_what, args) => {
    expectRefusal(await device.asks('send_message', ...args), 'validation_failed');
  });

  it('is refused where its sender is not, or nobody is', async () => {
    const carol = world.person('Carol');
    const elsewhere = await carol.chatWith(bob);
    expectRefusal(await device.says(elsewhere, 'let me in'), 'conversation_not_found');
    expectRefusal(await device.says({ id: randomUUID() }, 'hello?'), 'conversation_not_found');
    expectRefusal(await device.says(chat, 'hm', { replyToId: randomUUID() }), 'message_not_found');
    expect((await carol.reads(elsewhere)).body.items).toEqual([]);
  });

  it.each(['shout', 'new_message', 'ready', 'constructor', '__proto__', 'toString', ''])(
    'T08 is not any other event: %j',
    async (event) => {
      expectRefusal(await device.asks(event, { conversationId: chat.id, content: 'x' }), 'validation_failed');
    },
  );

  it('T13 is nothing that no client would write, however deep', async () => {
    const deep = `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`;
    const body = `{"conversationId":"${chat.id}","content":"x","metadata":${deep}}`;
    device.socket.io.engine.write(`2["send_message",${body}]`);
    expect(await device.says(chat, 'still here')).toMatchObject({ ok: true, data: { seq: 1 } });
  });

  it('T14 ends the connection when it is larger than any message can be, and no other', async () => {
    const other = await bob.connects();
    device.socket.emit('send_message', { conversationId: chat.id, content: 'x'.repeat(70_000) });
    await device.ended;
    expect(await other.says(chat, 'still here')).toMatchObject({ ok: true });
  });
});

function asObject(body: unknown): unknown {
  return typeof body === 'string' ? (JSON.parse(body) as unknown) : body;
}

function isObject(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
