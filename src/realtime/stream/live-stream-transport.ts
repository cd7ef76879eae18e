import type { ServerResponse } from 'node:http';
import { Transport } from 'engine.io';
import { FAREWELL_MS } from '../door/connection-door';
import { HEARTBEAT, streamTextOf } from './live-stream-text';

export const LIVE_STREAM = 'live-stream';

/** The event of a transport whose client was let in, and knows it. */
export const BEGUN = Symbol('begun');

interface Packet {
  readonly type: string;
  readonly data?: unknown;
}

/**
 * Server-sent events as a transport of the engine: what lies above it (Socket.IO, rooms, the door, accounts of slow
 * readers) takes it for one more WebSocket. As over that, one batch at a time is on its way to the system, and all
 * later ones wait with the engine.
 */
export class LiveStreamTransport extends Transport {
  private response?: ServerResponse;

  /** @param begin sends the head of the answer, once its client is let in; what is said before goes to nobody. */
  constructor(private readonly begin: () => ServerResponse) {
    super({ _query: { EIO: '4' } });
    this.writable = true;
  }

  get name(): string {
    return LIVE_STREAM;
  }

  /** What a client of Socket.IO says first, and one of a stream with its request. */
  enter(auth: object): void {
    this.onPacket({ type: 'message', data: `0${JSON.stringify(auth)}` });
  }

  /** To be called when its TCP connection has ended. */
  lost(): void {
    this.onClose();
  }

  send(packets: readonly Packet[]): void {
    this.writable = false;
    const text = packets.map((packet) => this.textOf(packet)).join('');
    const isAsked = packets.some(({ type }) => type === 'ping');
    const taken = (error?: Error | null): void => (error ? this.lost() : this.goOn(isAsked));
    if (this.response === undefined || text === '') process.nextTick(taken);
    else this.response.write(text, taken);
  }

  override doClose(closed: () => void = () => undefined): void {
    if (this.discarded) this.response?.destroy();
    else this.end();
    closed();
  }

  private textOf({ type, data }: Packet): string {
    if (type === 'ping') return HEARTBEAT;
    if (type !== 'message' || typeof data !== 'string') return '';
    // The one packet that says that somebody was let in. Refusals are told to whoever opens the stream.
    if (data.startsWith('0')) this.beginAnswer();
    return streamTextOf(data);
  }

  private beginAnswer(): void {
    this.response = this.begin();
    this.emit(BEGUN);
  }

  /** @param isAsked whether the engine wants to know if anybody is there: as far as the system knows, somebody is. */
  private goOn(isAsked: boolean): void {
    if (this.readyState === 'closed') return;
    this.emit('drain');
    this.writable = true;
    if (isAsked) this.onPacket({ type: 'pong' });
    this.emit('ready');
  }

  private end(): void {
    const { response } = this;
    if (response === undefined) return;
    response.end();
    // Whoever does not read would hold it open.
    const cut = setTimeout(() => response.destroy(), FAREWELL_MS).unref();
    response.once('close', () => clearTimeout(cut));
  }
}
