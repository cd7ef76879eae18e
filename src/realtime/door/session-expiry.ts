import { Injectable } from '@nestjs/common';
import { unattended } from '../../common/unattended';
import type { ChatSocket } from '../socket-contract';

/** A longer time-out would wrap around and fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Ends sockets when their token does. */
@Injectable()
export class SessionExpiry {
  private readonly timers = new WeakMap<ChatSocket, NodeJS.Timeout>();

  /** To be called once for a socket, when it was let in. */
  watch(socket: ChatSocket): void {
    socket.once('disconnect', () => clearTimeout(this.timers.get(socket)));
    this.look(socket);
  }

  /** To be called when a socket that is watched has another token: its end counts from now on, earlier or later. */
  renew(socket: ChatSocket): void {
    clearTimeout(this.timers.get(socket));
    this.look(socket);
  }

  /** Not a lost connection but a closed one: clients must not come back by themselves with the same token. */
  end(socket: ChatSocket): void {
    socket.emit('session_expired');
    socket.disconnect();
  }

  private look(socket: ChatSocket): void {
    const left = socket.data.expiresAt.getTime() - Date.now();
    if (left > 0)
      this.timers.set(
        socket,
        setTimeout(
          unattended('the end of a session', () => this.look(socket)),
          Math.min(left, LONGEST_TIMEOUT_MS),
        ),
      );
    else this.end(socket);
  }
}
