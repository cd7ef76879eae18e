import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RealtimeConfig } from '../../config';
import { LocalSockets } from '../fanout/local-sockets';
import type { ChatSocket } from '../socket-contract';
import { ConnectionRegister } from './connection-register';

/** Ends a person's oldest connections where there are more than they may have. */
@Injectable()
export class ConnectionLimit implements OnModuleInit {
  constructor(
    private readonly config: RealtimeConfig,
    private readonly sockets: LocalSockets,
    private readonly register: ConnectionRegister,
  ) {}

  onModuleInit(): void {
    this.register.onOneTooMany((socketId) => this.evict(this.sockets.get(socketId)));
  }

  /** To be called once for a socket that is heard of here. At this node it counts at once, at the others soon. */
  enter(socket: ChatSocket): void {
    const { actor } = socket.data;
    // In the order they came. Whatever other nodes hold, these have enough younger ones here.
    const tooMany = this.sockets.of(actor).slice(0, -this.config.maxConnectionsPerUser);
    for (const oldest of tooMany) this.evict(oldest);
    this.register.enter(actor, socket.id);
    socket.once('disconnect', () => this.register.leave(socket.id));
  }

  /** Not a lost connection but a closed one: coming back by itself it would evict the next. */
  private evict(socket: ChatSocket | undefined): void {
    socket?.emit('session_evicted');
    socket?.disconnect();
  }
}
