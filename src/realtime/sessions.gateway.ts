import { Logger } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayInit,
  SubscribeMessage,
} from '@nestjs/websockets';
import { ConnectionDoor } from './door/connection-door';
import { ConnectionLimit } from './door/connection-limit';
import { Handshake } from './door/handshake';
import { RefreshTokenEventDto } from './door/refresh-token-event.dto';
import { SessionExpiry } from './door/session-expiry';
import { SessionRefresh } from './door/session-refresh';
import { SessionRevocation } from './door/session-revocation';
import { ChatGateway } from './events/chat-gateway.decorator';
import { LocalSockets } from './fanout/local-sockets';
import { SocketReplay } from './replay/socket-replay';
import type { ChatServer, ChatSocket } from './socket-contract';
import { LiveStreams } from './stream/live-streams';

/** For one event of one socket. */
const MOST_LISTENERS = 50;

/** The life of a socket: who is let in, what is said first, when it ends. */
@ChatGateway()
export class SessionsGateway implements OnGatewayInit<ChatServer>, OnGatewayConnection<ChatSocket> {
  private readonly logger = new Logger(SessionsGateway.name);

  constructor(
    private readonly door: ConnectionDoor,
    private readonly handshake: Handshake,
    private readonly expiry: SessionExpiry,
    private readonly revocation: SessionRevocation,
    private readonly tokens: SessionRefresh,
    private readonly limit: ConnectionLimit,
    private readonly sockets: LocalSockets,
    private readonly replay: SocketReplay,
    private readonly streams: LiveStreams,
  ) {}

  afterInit(server: ChatServer): void {
    this.door.attach(server);
    this.sockets.attach(server);
    this.streams.attach(server);
    server.use((socket, next) => {
      // Each gateway, and much besides, wants to know of its end. What Node takes for a leak it tells of at length.
      socket.setMaxListeners(MOST_LISTENERS);
      this.handshake.admit(socket, next);
    });
  }

  /** Nest calls this outside of its filters: what it threw would end the process. */
  handleConnection(socket: ChatSocket): void {
    try {
      this.begin(socket);
    } catch (err) {
      this.logger.error({ msg: 'a socket could not be served', err });
      socket.disconnect(true);
    }
  }

  @SubscribeMessage('refresh_token')
  async refresh(
    @ConnectedSocket() socket: ChatSocket,
    @MessageBody() { token }: RefreshTokenEventDto,
  ): Promise<null> {
    await this.tokens.refresh(socket, token);
    return null;
  }

  private begin(socket: ChatSocket): void {
    // A client may leave and keep its connection open. Then it is a stranger again, and strangers do not stay.
    socket.once('disconnect', () => this.door.dismiss(socket.conn));
    this.replay.begin(socket);
    this.sockets.enter(socket);
    this.expiry.watch(socket);
    this.revocation.check(socket);
    if (socket.connected) this.limit.enter(socket);
  }
}
