import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { withinTime } from '../../common/time-limit';
import { RealtimeConfig } from '../../config';
import type { ChatServer, Connection } from '../socket-contract';
import { Arrivals } from './arrivals';
import { AlreadyConnected, NodeIsFull } from './door.errors';

/** Whoever has not shown a good token by then is cut off. */
export const AUTHENTICATE_WITHIN_MS = 5_000;

/** How long a WebSocket that is closed may take to say goodbye; `ws` itself would wait half a minute. */
export const FAREWELL_MS = 1_000;

type Headers = Record<string, string>;

/**
 * Knows which connections of the engine were let in, and sees to it that nothing of the others stays: no
 * session of the engine, and no TCP connection, which Socket.IO leaves open when it refuses a handshake.
 */
@Injectable()
export class ConnectionDoor implements OnModuleDestroy {
  private readonly admitted = new Set<Connection>();
  /** By the id that polls and upgrades name. */
  private readonly sessions = new Map<string, Connection>();
  private closing = false;

  constructor(
    private readonly config: RealtimeConfig,
    private readonly arrivals: Arrivals,
  ) {}

  /** From now on nobody else is let in, and idle polls leave nothing behind, or the HTTP server could not end. */
  onModuleDestroy(): void {
    this.closing = true;
  }

  get isClosing(): boolean {
    return this.closing;
  }

  attach({ engine, httpServer }: ChatServer): void {
    this.upgradeInTurns(engine);
    engine.on('connection', (connection: Connection) => this.receive(connection));
    engine.on('initial_headers', (headers: Headers, request: IncomingMessage) => {
      if (request.headers.upgrade === undefined) headers['connection'] = 'close';
    });
    httpServer.on('upgrade', (request: IncomingMessage, tcp: Duplex) => this.watchUpgrade(request, tcp));
  }

  /** @throws NodeIsFull, AlreadyConnected */
  admit(connection: Connection): void {
    if (this.admitted.has(connection)) throw new AlreadyConnected();
    if (this.closing || this.admitted.size >= this.config.maxConnections) throw new NodeIsFull();
    // One that is gone by now would never be forgotten; Socket.IO drops it by itself.
    if (connection.readyState === 'open') this.admitted.add(connection);
  }

  /** Closes a connection once it has been told all it was to be told, and soon also if it does not listen. */
  dismiss(connection: Connection): void {
    // Polls are told with the next of them; closed now, the engine would hold their session for half a minute.
    if (!isPolled(connection)) connection.close();
    setTimeout(() => connection.close(true), FAREWELL_MS).unref();
  }

  /** Closes a connection of which nothing more is to come. Resolves when it is closed, which does not take long. */
  async seeOff(connection: Connection): Promise<void> {
    const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    if (connection.readyState === 'closed') return;
    // Told everything that is on its way to it, acknowledgements among it.
    connection.close();
    await withinTime(FAREWELL_MS, 'saying goodbye', closed).catch(() => connection.close(true));
  }

  /** Those that can be told so at once. Whoever polls is told by the engine, with the next poll. */
  async seeEverybodyOff(): Promise<void> {
    const open = [...this.sessions.values()].filter((connection) => !isPolled(connection));
    await Promise.all(open.map((connection) => this.seeOff(connection)));
  }

  private upgradeInTurns(engine: ChatServer['engine']): void {
    const upgrade = engine.handleUpgrade.bind(engine);
    engine.handleUpgrade = (request: IncomingMessage, tcp: Duplex, head: Buffer) => {
      // Meanwhile nobody else listens; an error without a listener would end the process.
      tcp.on('error', ignore);
      this.arrivals.add('knock', () => {
        tcp.off('error', ignore);
        upgrade(request, tcp, head);
      });
    };
  }

  private receive(connection: Connection): void {
    const { transport } = connection;
    const { sid } = transport;
    this.sessions.set(sid, connection);
    const cutStranger = setTimeout(() => {
      if (!this.admitted.has(connection)) connection.close(true);
    }, AUTHENTICATE_WITHIN_MS);
    connection.once('close', () => {
      clearTimeout(cutStranger);
      this.sessions.delete(sid);
      this.admitted.delete(connection);
    });
    connection.on('packet', refuseBinary);
    if (transport.name === 'websocket') this.watchTcp(connection, connection.request.socket);
    else if (isPolled(connection))
      transport.on('headers', (headers: Headers) => this.endUnlessAdmitted(connection, headers));
  }

  /** A stranger's polls each end their TCP connection: kept alive, it would outlive the session. */
  private endUnlessAdmitted(connection: Connection, headers: Headers): void {
    if (this.closing || !this.admitted.has(connection)) headers['connection'] = 'close';
  }

  /** A session of polls that goes on by WebSocket does so on a TCP connection of its own. */
  private watchUpgrade(request: IncomingMessage, tcp: Duplex): void {
    // Not `new URL()`: it throws at some of what a stranger may put there.
    const { url = '' } = request;
    const sid = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('sid');
    const connection = sid === null ? undefined : this.sessions.get(sid);
    if (connection !== undefined) this.watchTcp(connection, tcp);
  }

  /** The TCP connection goes when its session goes, and when it has not become one's WebSocket in time. */
  private watchTcp(connection: Connection, tcp: Duplex): void {
    const cutIdle = setTimeout(() => {
      const inUse = this.admitted.has(connection) && connection.transport.name === 'websocket';
      if (!inUse) tcp.destroy();
    }, AUTHENTICATE_WITHIN_MS);
    const sayGoodbye = (): void => {
      setTimeout(() => tcp.destroy(), FAREWELL_MS).unref();
    };
    connection.once('close', sayGoodbye);
    tcp.once('close', () => {
      clearTimeout(cutIdle);
      connection.off('close', sayGoodbye);
    });
  }
}

function ignore(): void {
  // Its connection is closed then, which is told besides.
}

function isPolled({ transport }: Connection): boolean {
  return transport.name === 'polling';
}

/** All our events are JSON. Cut before the attachments are put together. */
function refuseBinary(this: Connection, packet: { type: string; data?: unknown }): void {
  if (packet.type === 'message' && typeof packet.data !== 'string') this.close(true);
}
