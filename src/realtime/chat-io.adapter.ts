import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Server, ServerOptions } from 'socket.io';
import { RealtimeConfig } from '../config';
import { RateLimits } from '../rate-limit';
import { SecurityEvents } from '../telemetry';
import { AUTHENTICATE_WITHIN_MS, ConnectionDoor } from './door/connection-door';
import { isWelcome } from './door/origin.rules';
import { STRANGER } from './door/stranger';
import { EventRecords } from './events/event-records';
import { SocketEvents } from './events/socket-events';
import type { ChatSocket } from './socket-contract';

const MAX_FRAME_BYTES = 64 * 1024;

/** A peer that is gone is noticed within the sum; a process that stood still for ten seconds loses nobody. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 18_000;

/** Connections that are being refused, or have not said who they are, take room beside those that are in. */
const ROOM_FOR_STRANGERS = 1_000;

/** The Socket.IO server on the HTTP server of the application: `app.useWebSocketAdapter(new ChatIoAdapter(app))`. */
export class ChatIoAdapter extends IoAdapter {
  private readonly events: SocketEvents;
  private readonly config: RealtimeConfig;
  private readonly security: SecurityEvents;
  private readonly door: ConnectionDoor;

  constructor(app: INestApplicationContext) {
    super(app);
    this.config = app.get(RealtimeConfig);
    this.security = app.get(SecurityEvents);
    this.door = app.get(ConnectionDoor);
    this.events = new SocketEvents(app.get(RateLimits), app.get(EventRecords));
  }

  override createIOServer(port: number, options?: Partial<ServerOptions>): Server {
    const server = super.createIOServer(port, {
      ...options,
      ...this.limits(),
      cors: { origin: [...this.config.corsOrigins] },
      allowRequest: (request, answer) => {
        const allowed = this.mayKnock(request, server.engine.clientsCount);
        answer(allowed ? null : 'refused', allowed);
      },
    } satisfies Partial<ServerOptions>) as Server;
    return server;
  }

  override bindMessageHandlers(socket: ChatSocket, handlers: MessageMappingProperties[]): void {
    this.events.bind(
      socket,
      handlers.map(({ message, callback }): [string, (payload: unknown) => unknown] => [
        String(message),
        (payload) => callback(payload) as unknown,
      ]),
    );
  }

  /** The HTTP server beneath is not ours: Fastify closes it, after it has told the requests in flight to hurry. */
  override async close(server: Server): Promise<void> {
    await this.door.seeEverybodyOff();
    server.engine.close();
  }

  private limits(): Partial<ServerOptions> {
    return {
      serveClient: false,
      transports: ['polling', 'websocket'],
      maxHttpBufferSize: MAX_FRAME_BYTES,
      // Costs ten times the memory of a connection and twice the time of a frame.
      perMessageDeflate: false,
      httpCompression: false,
      // ConnectionDoor is earlier, and more thorough: what Socket.IO closes politely can not be cut any more.
      connectTimeout: 2 * AUTHENTICATE_WITHIN_MS,
      upgradeTimeout: AUTHENTICATE_WITHIN_MS,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
    };
  }

  /** Asked before anything is kept of a connection, by poll and by upgrade alike. */
  private mayKnock({ headers }: IncomingMessage, connections: number): boolean {
    const { corsOrigins, maxConnections } = this.config;
    const hasRoom = !this.door.isClosing && connections < maxConnections + ROOM_FOR_STRANGERS;
    const welcome = isWelcome(headers.origin, corsOrigins);
    if (!welcome) this.security.record('origin_refused', STRANGER);
    return hasRoom && welcome;
  }
}
