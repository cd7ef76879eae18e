import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from '../socket-contract';
import { Backlog, type Load } from './backlog';

/** A connection of the engine whose client reads when the test says so. */
class FakeConnection extends EventEmitter {
  readyState = 'open';
  transport = new EventEmitter();
  private isWritable = true;
  private buffer: object[] = [];

  constructor() {
    super();
    this.transport.on('ready', () => this.flush());
  }

  send(packet: object): void {
    this.emit('packetCreate', packet);
    this.buffer.push(packet);
    this.flush();
  }

  /** The transport has got rid of what it was given. */
  isRead(): void {
    this.isWritable = true;
    this.transport.emit('ready');
  }

  upgrades(): void {
    this.transport = new EventEmitter();
    this.transport.on('ready', () => this.flush());
    this.isWritable = true;
    this.emit('upgrade', this.transport);
    this.flush();
  }

  ends(): void {
    this.readyState = 'closed';
    this.emit('close');
  }

  private flush(): void {
    if (!this.isWritable || this.buffer.length === 0) return;
    this.emit('flush', this.buffer);
    this.buffer = [];
    this.isWritable = false;
  }
}

describe('Backlog', () => {
  let connection: FakeConnection;
  let backlog: Backlog;
  let tooMuch: Load[];
  beforeEach(() => {
    tooMuch = [];
    connection = new FakeConnection();
    backlog = new Backlog(connection as unknown as Connection, ({ packets, bytes }) => {
      tooMuch.push({ packets, bytes });
    });
  });

  const send = (count: number, bytes = 1): void => {
    for (let n = 0; n < count; n++) connection.send({ data: 'x'.repeat(bytes) });
  };
  const load = (): Load => ({ packets: backlog.packets, bytes: backlog.bytes });

  it('is what waits, and what is on its way', () => {
    send(3, 10);
    expect(load()).toEqual({ packets: 3, bytes: 30 });
    connection.isRead();
    // The first was on its way alone; now the others are.
    expect(load()).toEqual({ packets: 2, bytes: 20 });
    send(1, 5);
    connection.isRead();
    expect(load()).toEqual({ packets: 1, bytes: 5 });
    connection.isRead();
    connection.isRead();
    expect(load()).toEqual({ packets: 0, bytes: 0 });
  });

  it('counts bytes as they are sent, and frames that many share', () => {
    connection.send({ data: 'é€😀' });
    expect(load().bytes).toBe(9);
    const frame = [Buffer.alloc(4), Buffer.alloc(300)];
    connection.send({ data: 'x', options: { wsPreEncodedFrame: frame } });
    expect(load().bytes).toBe(9 + 304);
  });

  it('goes on with the transport that a client changes to', () => {
    send(2);
    connection.upgrades();
    expect(load().packets).toBe(1);
    connection.isRead();
    expect(load().packets).toBe(0);
  });

  it.each([
    ['packets', () => send(1_000)],
    ['bytes', () => send(64, 16 * 1024)],
  ])('is too much by %s, once', async (_what, write) => {
    write();
    expect(tooMuch).toEqual([]);
    await nextTurn();
    expect(tooMuch).toEqual([load()]);
    write();
    await nextTurn();
    expect(tooMuch).toHaveLength(1);
  });

  it('is not too much where it only was for a moment, but may be later', async () => {
    send(1_500);
    connection.isRead();
    connection.isRead();
    await nextTurn();
    expect(tooMuch).toEqual([]);
    send(1_001);
    await nextTurn();
    expect(tooMuch).toHaveLength(1);
  });

  it('is not too much because of one long answer', async () => {
    send(1, 8 * 1024 * 1024);
    send(10, 10);
    await nextTurn();
    expect(tooMuch).toEqual([]);
    expect(backlog.isBehind).toBe(true);
  });

  it('is nobody’s matter once the connection is closed', async () => {
    send(1_000);
    connection.ends();
    await nextTurn();
    expect(tooMuch).toEqual([]);
  });

  it('says from when on a client is behind, long before it is too much', async () => {
    send(127);
    expect(backlog.isBehind).toBe(false);
    send(1);
    expect(backlog.isBehind).toBe(true);
    connection.isRead();
    expect(backlog.isBehind).toBe(false);
    await nextTurn();
    expect(tooMuch).toEqual([]);
  });

  it('has room for some, and says when there is more', async () => {
    send(64);
    expect(backlog.hasRoom).toBe(false);
    const relieved: string[] = [];
    void backlog.relief().then(() => relieved.push('one'));
    void backlog.relief().then(() => relieved.push('other'));
    await nextTurn();
    expect(relieved).toEqual([]);
    connection.isRead();
    await nextTurn();
    expect(relieved).toEqual(['one', 'other']);
    expect(backlog.hasRoom).toBe(true);
  });

  it('lets nobody wait for a client that is gone', async () => {
    send(64);
    const relief = backlog.relief();
    connection.ends();
    await relief;
    expect(backlog.hasRoom).toBe(true);
  });

  it('is found by its connection', () => {
    expect(Backlog.of(connection as unknown as Connection)).toBe(backlog);
    expect(Backlog.of(new FakeConnection() as unknown as Connection)).toBeUndefined();
  });
});
