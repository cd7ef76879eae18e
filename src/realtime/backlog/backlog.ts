import type { Connection } from '../socket-contract';

/** Packets, and bytes as they are on the wire. */
export interface Load {
  readonly packets: number;
  readonly bytes: number;
}

/** Whoever has this much before them reads slowly: what is over in a moment is better not sent to them. */
const BEHIND: Load = { packets: 128, bytes: 256 * 1024 };
/** Whoever has this much before them does not read. */
const TOO_MUCH: Load = { packets: 1_000, bytes: 1024 * 1024 };
/** Somebody who is told much at once is told no more than this before some of it was taken. */
const PACE: Load = { packets: 64, bytes: 128 * 1024 };

/**
 * One packet counts no more than this. Frames are much smaller; only an answer that a client has asked for may be
 * larger, and who waits for it must not pass for somebody who does not read.
 */
const MOST_OF_ONE = 256 * 1024;

interface Packet {
  readonly data?: unknown;
  /** The frame of a WebSocket, made once for all who hear it: header and payload. */
  readonly options?: { readonly wsPreEncodedFrame?: readonly Uint8Array[] };
}

const backlogs = new WeakMap<Connection, Backlog>();

/**
 * What was written to a connection and not taken yet: by the operating system from a WebSocket, by the client with its
 * next poll. Counted by the events of the engine, which are the same for all transports.
 */
export class Backlog implements Load {
  private waiting = { packets: 0, bytes: 0 };
  /** How much of it the transport has. */
  private underway = { packets: 0, bytes: 0 };
  private resumed: (() => void)[] = [];
  private isSuspect = false;

  /** @param onTooMuch called once, when there is too much, and not only for a moment. */
  constructor(
    private readonly connection: Connection,
    private readonly onTooMuch: (backlog: Backlog) => void,
  ) {
    connection.on('packetCreate', (packet: Packet) => this.add(packet));
    connection.on('flush', () => this.handOver());
    connection.on('upgrade', () => this.follow());
    connection.once('close', () => this.end());
    this.follow();
    backlogs.set(connection, this);
  }

  /** @returns undefined for a connection that is not watched. */
  static of(connection: Connection): Backlog | undefined {
    return backlogs.get(connection);
  }

  get packets(): number {
    return this.waiting.packets;
  }

  /** What only counts in part is not all in it. */
  get bytes(): number {
    return this.waiting.bytes;
  }

  get isBehind(): boolean {
    return reaches(this, BEHIND);
  }

  /** Whether more may be sent to somebody who is told much at once. */
  get hasRoom(): boolean {
    return !reaches(this, PACE);
  }

  /** Resolves when some of it was taken, or the connection is closed. */
  relief(): Promise<void> {
    return new Promise((resolve) => this.resumed.push(resolve));
  }

  /** On the way of every packet. */
  private add(packet: Packet): void {
    this.waiting.packets++;
    this.waiting.bytes += Math.min(sizeOf(packet), MOST_OF_ONE);
    if (this.isSuspect || !reaches(this, TOO_MUCH)) return;
    this.isSuspect = true;
    // Whoever reads has taken it by then, however much was written at once.
    setImmediate(() => this.judge());
  }

  private judge(): void {
    this.isSuspect = this.connection.readyState === 'open' && reaches(this, TOO_MUCH);
    if (this.isSuspect) this.onTooMuch(this);
  }

  private handOver(): void {
    this.underway.packets = this.waiting.packets;
    this.underway.bytes = this.waiting.bytes;
  }

  private follow(): void {
    // Whoever goes on by another transport has taken what came by the one before.
    this.take();
    // The engine writes on when it hears the same. What was taken is to be known before that.
    this.connection.transport.prependListener('ready', () => this.take());
  }

  private take(): void {
    this.waiting.packets -= this.underway.packets;
    this.waiting.bytes -= this.underway.bytes;
    this.underway.packets = 0;
    this.underway.bytes = 0;
    if (this.resumed.length > 0) this.resume();
  }

  private end(): void {
    this.handOver();
    this.take();
  }

  private resume(): void {
    const { resumed } = this;
    this.resumed = [];
    for (const resolve of resumed) resolve();
  }
}

function reaches({ packets, bytes }: Load, limit: Load): boolean {
  return packets >= limit.packets || bytes >= limit.bytes;
}

function sizeOf({ data, options }: Packet): number {
  const frame = options?.wsPreEncodedFrame;
  if (frame !== undefined) return frame.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  return typeof data === 'string' ? Buffer.byteLength(data) : 0;
}
