import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../eventually';
import { FaultProxy } from './fault-proxy';

/** Long enough for anything on the loopback to arrive. */
const A_WHILE_MS = 50;

/** Answers all it is told with the same, in capitals. */
async function shouter(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

class Caller {
  text = '';
  pieces = 0;
  /** null as long as it lasts; else the code of its error, or how it ended. */
  ended: string | null = null;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
      this.pieces++;
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (this.ended = code ?? 'error'));
    socket.on('close', () => (this.ended ??= 'ended'));
  }
}

describe('a link that can be broken', () => {
  let server: Server;
  let heard: Socket[];
  let proxy: FaultProxy;
  let callers: Caller[];
  beforeEach(async () => {
    server = await shouter();
    heard = [];
    server.on('connection', (socket) => heard.push(socket));
    proxy = await FaultProxy.to(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}/path`);
    callers = [];
  });
  afterEach(() => {
    proxy.close();
    for (const { socket } of callers) socket.destroy();
    for (const socket of heard) socket.destroy();
    server.close();
  });

  function call(): Caller {
    const caller = new Caller(connect(Number(new URL(proxy.url).port), '127.0.0.1'));
    callers.push(caller);
    return caller;
  }

  async function answered(): Promise<Caller> {
    const caller = call();
    caller.socket.write('hello');
    await eventually(() => expect(caller.text).toBe('HELLO'));
    return caller;
  }

  it('passes what is said, both ways, and the end of it', async () => {
    const caller = await answered();
    expect(proxy.url).toMatch(/\/path$/);
    heard[0]?.end('bye');
    await eventually(() => expect([caller.text, caller.ended]).toEqual(['HELLObye', 'ended']));
  });

  it('resets who is there and who comes, when cut, and takes everybody again when healed', async () => {
    const before = await answered();
    proxy.become('cut');
    await eventually(() => expect(before.ended).toBe('ECONNRESET'));
    const meanwhile = call();
    await eventually(() => expect(meanwhile.ended).not.toBeNull());
    proxy.become('none');
    await answered();
  });

  it('swallows what is said both ways, as a hole; who was in it does not get out', async () => {
    const caller = await answered();
    const told = once(heard[0] as Socket, 'data');
    proxy.become('hole');
    caller.socket.write('more');
    heard[0]?.write('news');
    expect(await Promise.race([told, delay(A_WHILE_MS, 'nothing')])).toBe('nothing');
    expect([caller.text, caller.ended]).toEqual(['HELLO', null]);
    proxy.become('none');
    await eventually(() => expect(caller.ended).toBe('ECONNRESET'));
  });

  it('swallows what the server says and no more, when half closed', async () => {
    const caller = await answered();
    const told = once(heard[0] as Socket, 'data');
    proxy.become('half');
    caller.socket.write('more');
    expect(String(await told)).toBe('more');
    await delay(A_WHILE_MS);
    expect([caller.text, caller.ended]).toEqual(['HELLO', null]);
  });

  it('swallows what the server is told and no more, when mute', async () => {
    const caller = await answered();
    const told = once(heard[0] as Socket, 'data');
    proxy.become('mute');
    caller.socket.write('more');
    expect(await Promise.race([told, delay(A_WHILE_MS, 'nothing')])).toBe('nothing');
    heard[0]?.write(' news');
    await eventually(() => expect([caller.text, caller.ended]).toEqual(['HELLO news', null]));
    proxy.become('none');
    await eventually(() => expect(caller.ended).toBe('ECONNRESET'));
  });

  it('lets all arrive late, in its order, also when it is quick again', async () => {
    const caller = await answered();
    proxy.become({ slow: 150 });
    const started = performance.now();
    caller.socket.write('one ');
    await delay(A_WHILE_MS);
    proxy.become('none');
    caller.socket.write('two');
    await eventually(() => expect(caller.text).toBe('HELLOONE TWO'));
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  it('lets all arrive in pieces', async () => {
    const caller = await answered();
    proxy.become({ slice: 1 });
    caller.socket.write('a longer text');
    await eventually(() => expect(caller.text).toBe('HELLOA LONGER TEXT'));
    expect(caller.pieces).toBeGreaterThan(3);
  });

  it('lets the beginning of an answer arrive, then resets, and says so', async () => {
    const reached = proxy.limitReached(3);
    const caller = call();
    caller.socket.write('hello');
    await reached;
    await eventually(() => expect([caller.text, caller.ended]).toEqual(['HEL', expect.any(String)]));
    proxy.become('none');
    await answered();
  });

  it('leads elsewhere when it is told to', async () => {
    const other = createServer((socket) => socket.end('elsewhere')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    proxy.retarget(new URL(`tcp://127.0.0.1:${(other.address() as AddressInfo).port}`));
    const caller = call();
    await eventually(() => expect(caller.text).toBe('elsewhere'));
    other.close();
  });
});
