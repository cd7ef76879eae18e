import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { DomainError } from '../../../src/common/problem';
import { currentContext } from '../../../src/common/request-context';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { aMessage } from '../../support/realtime/deliveries';
import { RawConnection } from '../../support/realtime/raw-connection';
import { RealtimeNode } from '../../support/realtime/realtime-node';

const USER = randomUUID();
const CONVERSATION = randomUUID();

describe('what a client sends is answered', () => {
  let node: RealtimeNode;
  let device: Device;
  beforeAll(async () => {
    node = await RealtimeNode.start();
    device = await Device.connect(node.url, { auth: { token: USER } });
  });
  afterAll(async () => {
    device.leaves();
    await node.close();
  });
  beforeEach(() => {
    node.sending = () => Promise.resolve(aMessage(1));
  });

  const send = (...args: unknown[]): Promise<unknown> => device.asks('send_message', ...args);

  it('by what came of it', async () => {
    const asked: unknown[] = [];
    node.sending = (actor, command) => {
      asked.push(actor, { ...command });
      return Promise.resolve(aMessage(1));
    };
    const body = { conversationId: CONVERSATION.toUpperCase(), content: 'hello', metadata: { a: [1] } };
    expect(await send(body)).toEqual({ ok: true, data: aMessage(1) });
    expect(asked).toMatchObject([
      { userId: USER },
      { conversationId: CONVERSATION, content: 'hello', type: 'text', metadata: { a: [1] } },
    ]);
  });

  it('by the problem of the error table when it is refused', async () => {
    node.sending = () => Promise.reject(new DomainError('conversation_not_found', 'There is none.'));
    expect(await send({ conversationId: CONVERSATION, content: 'x' })).toMatchObject({
      ok: false,
      error: {
        status: 404,
        code: 'conversation_not_found',
        type: expect.any(String),
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
  });

  it('at once, and asking to come again, while as many are being answered as can be in time', async () => {
    const waiting: (() => void)[] = [];
    node.sending = () => new Promise((resolve) => waiting.push(() => resolve(aMessage(1))));
    const body = { conversationId: CONVERSATION, content: 'x' };
    const answers = Array.from({ length: 1_000 }, () => send(body));
    await eventually(() => expect(waiting).toHaveLength(1_000));

    const tooMany = { status: 503, code: 'unavailable' };
    expect(await send(body)).toMatchObject({ ok: false, error: tooMany });
    expect(await device.asks('no_such_event', {})).toMatchObject({ ok: false, error: tooMany });
    expect(waiting).toHaveLength(1_000);

    for (const finish of waiting) finish();
    expect(new Set((await Promise.all(answers)).map((answer) => (answer as { ok: boolean }).ok))).toEqual(
      new Set([true]),
    );
    node.sending = () => Promise.resolve(aMessage(1));
    expect(await send(body)).toMatchObject({ ok: true });
  });

  it('by a problem that says nothing when the fault is ours, and logs it once under the same trace', async () => {
    const lines: Record<string, unknown>[] = [];
    let trace: string | undefined;
    const log = {
      log: () => undefined,
      warn: () => undefined,
      error: (line: Record<string, unknown>) => lines.push(line),
    };
    Logger.overrideLogger(log);
    node.sending = () => {
      trace = currentContext().traceId;
      throw new Error('relation "messages" does not exist');
    };
    const answer = await send({ conversationId: CONVERSATION, content: 'x' });
    Logger.overrideLogger(false);
    expect(answer).toMatchObject({
      ok: false,
      error: { status: 500, code: 'internal_error', traceId: trace },
    });
    expect(JSON.stringify(answer)).not.toContain('relation');
    expect(lines).toMatchObject([{ event: 'send_message', code: 'internal_error' }]);
  });

  it('within five seconds, also when nothing comes of it', async () => {
    node.sending = () => new Promise(() => undefined);
    const answer = await device.socket
      .timeout(5_000)
      .emitWithAck('send_message', { conversationId: CONVERSATION, content: 'x' });
    expect(answer).toMatchObject({ ok: false, error: { status: 503, code: 'unavailable' } });
  });

  it('each in a context of its own', async () => {
    const traces = new Set<string>();
    node.sending = () => {
      traces.add(currentContext().traceId);
      return Promise.resolve(aMessage(1));
    };
    await Promise.all(Array.from({ length: 5 }, () => send({ conversationId: CONVERSATION, content: 'x' })));
    expect(traces.size).toBe(5);
  });

  it.each([
    ['nothing', []],
    ['null', [null]],
    ['a list', [[{ conversationId: CONVERSATION }]]],
    ['an empty list', [[]]],
    ['a string', ['hello']],
    ['a number', [7]],
    ['an empty object', [{}]],
    ['two objects', [{ conversationId: CONVERSATION, content: 'x' }, {}]],
    ['no conversation', [{ content: 'x' }]],
    ['a conversation that is no id', [{ conversationId: "' or 1=1", content: 'x' }]],
    ['an object for an id', [{ conversationId: { $ne: null }, content: 'x' }]],
    ['content that is no text', [{ conversationId: CONVERSATION, content: { length: 1 } }]],
    ['a field nobody knows', [{ conversationId: CONVERSATION, content: 'x', senderId: randomUUID() }]],
    [
      'a field of the language',
      [JSON.parse(`{"conversationId":"${CONVERSATION}","content":"x","__proto__":{}}`)],
    ],
    ['text that is too long', [{ conversationId: CONVERSATION, content: 'x'.repeat(4_001) }]],
    ['half a character', [{ conversationId: CONVERSATION, content: '\ud800' }]],
  ])('as not valid: %s', async (_what, args) => {
    node.sending = () => Promise.reject(new Error('let through'));
    expect(await send(...args)).toMatchObject({
      ok: false,
      error: { status: 400, code: 'validation_failed' },
    });
  });

  it.each(['no_such_event', 'toString', 'constructor', '__proto__', 'error', 'message', ''])(
    'as not valid: the event %p',
    async (event) => {
      expect(await device.asks(event, {})).toMatchObject({
        ok: false,
        error: { code: 'validation_failed', errors: [{ path: 'event' }] },
      });
    },
  );

  it('and what asks for no answer harms nobody', async () => {
    let sent = 0;
    node.sending = () => Promise.resolve(aMessage(++sent));
    device.socket.emit('send_message');
    device.socket.emit('send_message', null, 'not a function');
    device.socket.emit('no_such_event', [[]]);
    device.socket.emit('error', new Error('x'));
    device.socket.emit('send_message', { conversationId: CONVERSATION, content: 'x' });
    expect(await send({ conversationId: CONVERSATION, content: 'y' })).toMatchObject({ ok: true });
    expect(sent).toBe(2);
    expect(device.socket.connected).toBe(true);
  });

  it('and answers nobody asked for are ignored', async () => {
    const raw = await RawConnection.webSocket(node.port);
    raw.sends(`40{"token":"${USER}"}`);
    await raw.hears('"ready"');
    for (const packet of ['43[]', '431[1]', '43999999999999["x"]', '42[0]', '42[""]', '42["error",{}]'])
      raw.sends(packet);
    raw.sends('427[12,{}]');
    await raw.hears('437[{"ok":false');
    raw.sends('428["send_message",{"_placeholder":true,"num":0}]');
    await raw.hears('438[{"ok":false');
    raw.ends();
  });

  it('and nothing after the end of the session', async () => {
    let sent = 0;
    node.sending = () => Promise.resolve(aMessage(++sent));
    const raw = await RawConnection.webSocket(node.port);
    raw.sends(`40{"token":"${USER} 0.3"}`);
    await raw.hears('session_expired');
    raw.sends(`42["send_message",{"conversationId":"${CONVERSATION}","content":"x"}]`);
    await raw.lifetime;
    expect(sent).toBe(0);
  });
});
