import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const TEXT = 0x81;
const BINARY = 0x82;
const LITTLE_WHILE_MS = 200;

/** A TCP connection that says what it is told to and nothing of its own: no pong, no goodbye. */
export class RawConnection {
  private readonly opened = performance.now();
  private received = '';
  /** Milliseconds from the connection to its end. */
  readonly lifetime: Promise<number>;

  private constructor(private readonly tcp: Socket) {
    tcp.on('data', (chunk) => (this.received += chunk.toString('latin1')));
    tcp.on('error', () => undefined);
    // Not by `once`, which takes a reset for a failure.
    this.lifetime = new Promise((resolve) => tcp.on('close', () => resolve(performance.now() - this.opened)));
  }

  static async to(port: number): Promise<RawConnection> {
    const tcp = connect(port, '127.0.0.1');
    await once(tcp, 'connect');
    return new RawConnection(tcp);
  }

  /** A WebSocket of the engine, of a session of polls if it is given. */
  static async webSocket(port: number, session?: string): Promise<RawConnection> {
    const connection = await RawConnection.to(port);
    const sid = session === undefined ? '' : `&sid=${session}`;
    connection.says(
      `GET /socket.io/?EIO=4&transport=websocket${sid} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    await connection.hears(' 101 ');
    return connection;
  }

  get heard(): string {
    return this.received;
  }

  get isOpen(): boolean {
    return !this.tcp.destroyed;
  }

  says(bytes: string | Buffer): void {
    this.tcp.write(bytes);
  }

  /** A whole WebSocket frame. */
  sends(data: string | Buffer): void {
    this.says(webSocketFrame(typeof data === 'string' ? TEXT : BINARY, Buffer.from(data)));
  }

  async hears(what: string): Promise<void> {
    while (!this.received.includes(what)) {
      if (this.tcp.destroyed)
        throw new Error(`cut before ${JSON.stringify(what)} was heard: ${this.received}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Waits for a first word, or the end of the connection; for a little while. */
  async heardAnything(): Promise<void> {
    const until = performance.now() + LITTLE_WHILE_MS;
    const length = this.received.length;
    while (this.received.length === length && !this.tcp.destroyed && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** What it is told from now on stays where it is, and soon with the peer. */
  stopsReading(): void {
    this.tcp.pause();
  }

  readsOn(): void {
    this.tcp.resume();
  }

  /** From now on so many bytes a second, for as long as it is open. */
  readsSlowly(bytesPerSecond: number): void {
    this.tcp.removeAllListeners('data').pause();
    const reading = setInterval(() => {
      const chunk = this.tcp.read(bytesPerSecond / 10) as Buffer | null;
      if (chunk !== null) this.received += chunk.toString('latin1');
    }, 100);
    this.tcp.once('close', () => clearInterval(reading));
  }

  ends(): void {
    this.tcp.destroy();
  }
}

/** As a client sends it: masked, here with zeros. */
function webSocketFrame(opcode: number, payload: Buffer): Buffer {
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : payload.length < 65_536
        ? Buffer.from([0xfe, payload.length >> 8, payload.length & 0xff])
        : Buffer.concat([Buffer.from([0xff, 0, 0, 0, 0]), uint32(payload.length)]);
  return Buffer.concat([Buffer.from([opcode]), length, Buffer.alloc(4), payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
